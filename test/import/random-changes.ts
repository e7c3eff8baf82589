import type { DingTalkSimulator } from '../../simulators/dingtalk/index.ts';

/** A small deterministic generator of numbers from 0 up to, not including, `limit`. */
export type Pick = (limit: number) => number;

export const pickFrom = (seed: number): Pick => {
  let state = seed >>> 0;
  return (limit) => {
    // Numerical Recipes' linear congruential generator; the high bits are the good ones.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
};

const isBelow = (simulator: DingTalkSimulator, id: number, ancestor: number): boolean => {
  const parents = new Map(simulator.departments().map((unit) => [unit.id, unit.parentId]));
  for (let at: number | null | undefined = id; at !== null && at !== undefined; at = parents.get(at)) {
    if (at === ancestor) return true;
  }
  return false;
};

/** Changes a company at random: people come, go, move, are renamed, swap numbers; departments likewise. */
export const changeAtRandom = (simulator: DingTalkSimulator, pick: Pick, count: number): void => {
  const { mutate } = simulator;
  for (let n = 0; n < count; n += 1) {
    const people = simulator.people();
    const units = simulator.departments();
    const person = people[pick(people.length)];
    const unit = units[pick(units.length)];
    if (person === undefined || unit === undefined) return;
    const kind = pick(9);
    if (kind === 0) mutate.renameUser(person.userid, `改名${pick(1000)}`);
    else if (kind === 1)
      mutate.changeUser(person.userid, { mobile: `139${String(pick(1e8)).padStart(8, '0')}` });
    else if (kind === 2) mutate.moveUser(person.userid, [unit.id]);
    else if (kind === 3) {
      const other = units[pick(units.length)] ?? unit;
      mutate.moveUser(person.userid, [...new Set([unit.id, other.id])]);
    } else if (kind === 4) {
      mutate.addUser({
        name: `新人${n}`,
        mobile: `137${String(pick(1e8)).padStart(8, '0')}`,
        deptIds: [unit.id],
      });
    } else if (kind === 5) mutate.setLeader(person.userid, person.deptIds[0] ?? 1, pick(2) === 0);
    else if (kind === 6) mutate.addDepartment({ name: `新部门${n}-${pick(1e6)}`, parentId: unit.id });
    else if (kind === 7 && unit.parentId !== null) mutate.renameDepartment(unit.id, `部门${n}-${pick(1e6)}`);
    else if (kind === 8 && unit.parentId !== null) {
      const target = units[pick(units.length)];
      if (target !== undefined && !isBelow(simulator, target.id, unit.id)) {
        mutate.moveDepartment(unit.id, target.id);
      }
    }
  }
};

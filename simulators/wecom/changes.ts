import { type Corp, type Department, type Member, subtreeOf } from './corp.ts';
import * as bare from './mutations.ts';
import { commit, type World } from './world.ts';

/** Who changes something: a caller of the API, or somebody in the console or the client. */
export type Origin = 'api' | 'console';

/** What happened, before it is dressed for a callback. `after` and `before` are copies. */
export type ContactChange =
  | { readonly type: 'create_user'; readonly after: Member }
  | { readonly type: 'update_user'; readonly before: Member; readonly after: Member }
  | { readonly type: 'delete_user'; readonly userid: string }
  | { readonly type: 'create_party'; readonly after: DepartmentFacts }
  | { readonly type: 'update_party'; readonly before: DepartmentFacts; readonly after: DepartmentFacts }
  | { readonly type: 'delete_party'; readonly id: number };

export type DepartmentFacts = Pick<Department, 'id' | 'name' | 'parentId' | 'order'>;

function facts({ id, name, parentId, order }: Department): DepartmentFacts {
  return { id, name, parentId, order };
}

/** Changes of the directory with what they set off, whoever makes them. The rules have been checked by then. */
export interface Changes {
  addDepartment(origin: Origin, input: bare.NewDepartment): void;
  changeDepartment(origin: Origin, id: number, patch: bare.DepartmentPatch): void;
  /** With its descendants; whoever loses the last department is put where `rescue` says. */
  removeDepartment(origin: Origin, id: number, rescue?: (at: Corp) => number): void;
  /** `prepare` runs first and may create departments of its own. */
  addMember(origin: Origin, input: bare.NewMember, prepare?: (at: Corp) => void): void;
  changeMember(
    origin: Origin,
    userid: string,
    change: { readonly patch: bare.MemberPatch; readonly prepare?: (at: Corp) => void },
  ): void;
  removeMember(origin: Origin, userid: string): void;
  /** The member leaves; what remains is up to the platform's settings. */
  leave(userid: string): void;
}

export function createChanges(world: World, emit: (origin: Origin, change: ContactChange) => void): Changes {
  const { corp } = world;
  const copy = (userid: string): Member => structuredClone(bare.needMember(corp, userid));
  const tellCreated = (origin: Origin, from: number): void => {
    for (const dept of corp.departments.values()) {
      if (dept.seq >= from) emit(origin, { type: 'create_party', after: facts(dept) });
    }
  };
  /** Changes members, by which departments may come but never go. */
  const withNewDepartments = (origin: Origin, change: (at: Corp) => void): void => {
    const [from, count] = [corp.nextSeq, corp.departments.size];
    commit(world, change);
    if (corp.departments.size > count) tellCreated(origin, from);
  };
  return {
    addDepartment: (origin, input) => {
      commit(world, (at) => void bare.addDepartment(at, input));
      emit(origin, { type: 'create_party', after: facts(bare.needDepartment(corp, input.id)) });
    },
    changeDepartment: (origin, id, patch) => {
      const before = facts(bare.needDepartment(corp, id));
      commit(world, (at) => bare.changeDepartment(at, id, patch));
      emit(origin, { type: 'update_party', before, after: facts(bare.needDepartment(corp, id)) });
    },
    removeDepartment: (origin, id, rescue) => {
      const affected = subtreeOf(corp, id).flatMap((dept) => [...dept.members]);
      const before = [...new Set(affected)].map(copy);
      const ids = subtreeOf(corp, id)
        .map((dept) => dept.id)
        .reverse();
      const from = corp.nextSeq;
      commit(world, (at) => {
        bare.removeDepartment(at, id);
        for (const { userid } of before) {
          if (rescue && bare.needMember(at, userid).memberships.length === 0)
            bare.changeMember(at, userid, { places: [{ departmentId: rescue(at) }] });
        }
      });
      tellCreated(origin, from);
      for (const one of before) emit(origin, { type: 'update_user', before: one, after: copy(one.userid) });
      for (const gone of ids) emit(origin, { type: 'delete_party', id: gone });
    },
    addMember: (origin, input, prepare) => {
      withNewDepartments(origin, (at) => {
        prepare?.(at);
        bare.addMember(at, input);
      });
      emit(origin, { type: 'create_user', after: copy(input.userid) });
    },
    changeMember: (origin, userid, { patch, prepare }) => {
      const before = copy(userid);
      withNewDepartments(origin, (at) => {
        prepare?.(at);
        bare.changeMember(at, userid, patch);
      });
      emit(origin, { type: 'update_user', before, after: copy(patch.userid ?? userid) });
    },
    removeMember: (origin, userid) => {
      const { userid: typed } = bare.needMember(corp, userid);
      commit(world, (at) => bare.removeMember(at, userid));
      emit(origin, { type: 'delete_user', userid: typed });
    },
    leave: (userid) => {
      const { userid: typed } = bare.needMember(corp, userid);
      const kept = world.settings.leftMembers === 'kept';
      commit(world, (at) => (kept ? bare.markLeft(at, userid) : bare.removeMember(at, userid)));
      emit('console', { type: 'delete_user', userid: typed });
    },
  };
}

import { plantMess } from './mess.ts';
import { draftPeople, placePeople } from './people.ts';
import { createRandom } from './random.ts';
import { sumUp } from './truth.ts';
import type { Company, CompanyOptions } from './types.ts';
import { draftUnits, finishUnit } from './units.ts';

/** In messy companies of at least this many people one department holds more than 300. */
const CROWD_FROM = 500;
const CROWD = 310;

/** A company made from nothing but its options: the same options always give the same company. */
export function generateCompany(options: CompanyOptions): Company {
  const { seed, people: count, messy = false, name = '海川科技有限公司' } = options;
  const maxDepth = options.maxDepth ?? (messy ? 9 : 8);
  const wanted = options.orgUnits ?? Math.max(3, Math.round(count / 20));
  const units = draftUnits({
    seed,
    companyName: name,
    count: messy ? Math.max(wanted, maxDepth + 6) : wanted,
    maxDepth,
  });
  const random = createRandom(seed);
  const people = draftPeople(random, count);
  placePeople(random, people, units, {
    several: messy ? 0.08 : 0.03,
    rootMembers: messy ? Math.max(3, Math.round(count * 0.003)) : 0,
    crowd: messy && count >= CROWD_FROM ? CROWD : 0,
  });
  const mess = messy ? plantMess(random, people, units) : undefined;
  return { name, units: units.map(finishUnit), people, truth: sumUp(people, units, mess) };
}

import type { ContactChange, DepartmentFacts } from './changes.ts';
import { type Corp, type Member, statusOf } from './corp.ts';
import type { Settings } from './settings.ts';
import type { XmlElement } from './xml.ts';

/** `full`: what changed; `reduced`: ids alone, of addresses saved after 2022-08-15. */
export type EventForm = 'full' | 'reduced';

/** Elements of a `change_contact` after its head; `undefined` when the platform keeps silent. */
export function contactElements(
  corp: Corp,
  change: ContactChange,
  { form, settings }: { form: EventForm; settings: Settings },
): readonly XmlElement[] | undefined {
  const elements = detailsOf(corp, change, { form, settings });
  return elements && [['ChangeType', { bare: change.type }], ...elements];
}

function detailsOf(
  corp: Corp,
  change: ContactChange,
  { form, settings }: { form: EventForm; settings: Settings },
): readonly XmlElement[] | undefined {
  switch (change.type) {
    case 'create_user':
      return form === 'full'
        ? [['UserID', change.after.userid], ...memberElements(corp, change.after)]
        : [['UserID', change.after.userid], departmentsOf(change.after)];
    case 'update_user':
      return updated(corp, change.before, { after: change.after, form });
    case 'delete_user':
      return [['UserID', change.userid]];
    case 'create_party':
      return created(change.after, settings);
    case 'update_party':
      return moved(change.before, { after: change.after, settings });
    case 'delete_party':
      return [['Id', { bare: change.id }]];
  }
}

function departmentsOf(member: Member): XmlElement {
  return ['Department', member.memberships.map((entry) => entry.departmentId).join(',')];
}

function updated(
  corp: Corp,
  before: Member,
  { after, form }: { after: Member; form: EventForm },
): readonly XmlElement[] | undefined {
  const was = new Map(memberElements(corp, before).map(([name, value]) => [name, JSON.stringify(value)]));
  const changed = memberElements(corp, after).filter(
    ([name, value]) => was.get(name) !== JSON.stringify(value),
  );
  const renamed: XmlElement[] = after.userid === before.userid ? [] : [['NewUserID', after.userid]];
  const shown = form === 'full' ? changed : changed.filter(([name]) => name === 'Department');
  if (shown.length + renamed.length === 0) return undefined;
  return [['UserID', before.userid], ...renamed, ...shown];
}

function memberElements(corp: Corp, member: Member): readonly XmlElement[] {
  const leaders = member.directLeaders.map((key) => corp.members.get(key)?.userid ?? key);
  return [
    ['Name', member.name],
    departmentsOf(member),
    ['MainDepartment', { bare: member.mainDepartment }],
    ['IsLeaderInDept', member.memberships.map((entry) => (entry.leader ? 1 : 0)).join(',')],
    ['DirectLeader', leaders.join(',')],
    ['Position', member.position],
    ['Mobile', member.mobile],
    ['Gender', { bare: member.gender }],
    ['Email', member.email],
    ['BizMail', member.bizMail],
    ['Status', { bare: statusOf(member) }],
    ['Avatar', member.avatar],
    ['Alias', member.alias],
    ['Telephone', member.telephone],
    ['Address', member.address],
    ['ExtAttr', [...member.attributes].map(attributeItem)],
  ];
}

function attributeItem([name, attribute]: [
  string,
  Member['attributes'] extends Map<string, infer A> ? A : never,
]): XmlElement {
  const value: XmlElement =
    attribute.type === 0
      ? ['Text', [['Value', attribute.value]]]
      : [
          'Web',
          [
            ['Title', attribute.title],
            ['Url', attribute.url],
          ],
        ];
  return ['Item', [['Name', name], ['Type', { bare: attribute.type }], value]];
}

function created({ id, name, parentId, order }: DepartmentFacts, settings: Settings): readonly XmlElement[] {
  const parent: XmlElement = ['ParentId', { bare: parentId ?? settings.rootParentId }];
  if (settings.partyEvents === 'ids') return [['Id', { bare: id }], parent];
  return [['Id', { bare: id }], ['Name', name], parent, ['Order', { bare: order }]];
}

/** (?) A department that only changed its place among its siblings says nothing. */
function moved(
  before: DepartmentFacts,
  { after, settings }: { after: DepartmentFacts; settings: Settings },
): readonly XmlElement[] | undefined {
  const renamed: XmlElement[] =
    after.name === before.name || settings.partyEvents === 'ids' ? [] : [['Name', after.name]];
  const hung: XmlElement[] =
    after.parentId === before.parentId
      ? []
      : [['ParentId', { bare: after.parentId ?? settings.rootParentId }]];
  if (after.name === before.name && hung.length === 0) return undefined;
  return [['Id', { bare: after.id }], ...renamed, ...hung];
}

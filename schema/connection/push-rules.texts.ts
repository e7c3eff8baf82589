/** What each push rule means, with unit, default and hazard: said of the rule and of the input that sets it. */
export const PUSH_RULE_TEXTS = {
  rules: 'How the roster becomes a plan for this connection.',
  matchKeys:
    'By which fields people without link are found on both sides, in their order; empty = matching is off, the default. One setting, shown and set in three places: `Connection.matchKeys`, `PullRules.matchKeys`, `PushRules.matchKeys`. A link that stands is never changed by it.',
  rootOrgUnitId:
    "Org unit that stands for the platform's top; its children become the first level there. Null (default) = the unit that is linked to the platform's root, else the tenant's root; then both must have the same name, or the plan fails and nothing is written.",
  topOrgUnitExternalId:
    "Platform id of the unit below which everything is hung; names of the roots do not matter then. Null (default) = the platform's root.",
  scope:
    'Who is pushed. An excluded person is out, an included one is in, all others by their units. Default: everybody. What is linked and outside is handled by `outOfScope`.',
  orgUnitIds: 'Org units with everything below them; empty = all.',
  includeAccountIds: 'Accounts that are in wherever they are, at most 10,000.',
  excludeAccountIds:
    'Accounts that are out in any case, at most 10,000. With `outOfScope` REMOVE those that are linked are removed from the platform.',
  outOfScope:
    'What becomes of linked people and units that are outside of the scope. Default KEEP. Hazard: with REMOVE, narrowing the scope removes everything that is linked and outside from the platform, for good; unlinked people there are left alone.',
  secondaryMemberships: 'Push all units of a person. Default false: the primary one only.',
  membershipOwnership:
    "Whose word counts about units of somebody who is in several of them there. Default UNION. Of somebody who is in exactly one, the roster's always replace it. Hazard: REPLACE takes places away that were given on the platform.",
  fields: "Rules over the platform's own defaults, at most one for each field; see `PushTarget.fields`.",
  fieldRule: 'Where a field of the platform comes from, and when it is written.',
  field: "The platform's field, by its name in `PushTarget.fields`.",
  when: 'When it is written. Hazard: ALWAYS overwrites what was typed on the platform; CLEAR empties it.',
  attribute:
    'Field of the account (`displayName`, `mobile`, `email`, `jobNumber`, `title`, `userName`) or name of a custom attribute. Exactly one of attribute, constant and template, unless it is never written or cleared.',
  constant: 'The same text for everybody, at most 500 characters.',
  template:
    'Text with fields in it, e.g. `{userName|lower}@example.com`, at most 500 characters; see docs/push.md.',
  externalIdTemplate:
    'Template of the platform id of new people, where the platform lets us choose it; it must be legal and unique there. Null (default) = the platform makes it.',
  leaver: 'What becomes of linked people whose account is disabled or deleted.',
  leaverAction: 'Default DISABLE. Hazard: DELETE cannot be undone on most platforms.',
  deleteAfterDays:
    'With DISABLE: days after which a disabled person is deleted, 1 to 3,650. Null (default) = never. Hazard: deleting cannot be undone on most platforms.',
  parkOrgUnitExternalId:
    'With DISABLE: platform id of the unit into which disabled people are put. Null (default) = they stay where they are.',
  operations: 'What a push may do at all; all are on by default. A row of a kind that is off is skipped.',
  createOrgUnits: 'Make units.',
  updateOrgUnits: 'Rename units and change their positions.',
  moveOrgUnits: 'Put units below other ones.',
  deleteOrgUnits: 'Delete units that were deleted in the roster.',
  createAccounts: 'Make people; off = only people who are linked already are written to.',
  updateAccounts: 'Change fields of people.',
  moveAccounts: 'Change units of people.',
  removeAccounts: 'Disable and delete people, as `leaver` says.',
  setReferences: 'Say who leads units and who manages people.',
  link: 'Link what matches; writes nothing on the platform.',
  protectedAccountIds: 'Accounts that are never disabled, deleted, moved or renamed there, at most 10,000.',
  protectedOrgUnitIds: 'Units that are never deleted, moved or renamed there, at most 10,000.',
  pushOrder: 'Write positions of units and people. Default false.',
  guards:
    'How many changes of a kind a plan may make before they are held for people: the smaller of share and number, never below 3. Default of each: 5 % or 20. They can be raised, which is written into the audit trail, and not switched off.',
  guard:
    'Above which number of changes of a kind they are held; the smaller of the two counts, never below 3.',
  fraction: 'Share of the linked objects of that kind, above 0 and at most 0.5.',
  count: 'Number of changes, 1 to 1,000,000.',
  shrink:
    'How many accounts may be missing from the scope, compared with the last full plan, before all changes of people are held. Default 5 % or 20, the smaller.',
  approval: 'Who approves a plan, and for how long it is good.',
  secondApprover: 'Two different people have to approve. Default false.',
  validHours: 'Hours for which a plan can be approved and applied, 1 to 720. Default 72.',
  incremental:
    'How a change of the roster reaches the platform by itself. Default OFF. Hazard: APPLY writes without asking; only the guards stand in between.',
  everyMinutes:
    'Minutes between timed full pushes, at most 10,080; 0 (default) = none. They are applied as `incremental` says.',
} as const;

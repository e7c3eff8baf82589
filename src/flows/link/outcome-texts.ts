import type { Text } from '../../domain/index.ts';
import type { LinkOutcome } from '../../store/queries/link-import.ts';

/** What each outcome of a row of a file means, and what to do about it. */
export const LINK_OUTCOME_TEXTS: Readonly<Record<LinkOutcome, Text>> = {
  LINKED: { zh: '已关联（试运行时：将会关联）。', en: 'Linked; in a dry run: it would be.' },
  ALREADY: { zh: '两者先前已关联，未改变。', en: 'The two were linked before; nothing changed.' },
  BLANK: { zh: '关联值为空，跳过。', en: 'Nothing was filled in; passed over.' },
  PERSON_UNKNOWN: {
    zh: '平台副本中没有此标识：请先拉取，或检查文件。',
    en: 'No copy of a person has this id: pull first, or look at the file.',
  },
  PERSON_GONE: {
    zh: '此人已不在平台上，不能关联。',
    en: 'The person is no longer on the platform and cannot be linked.',
  },
  NOT_FOUND: {
    zh: '没有账号的该字段为此值：请检查值和所选字段。',
    en: 'No account has this value in the field: look at the value and at the field that was chosen.',
  },
  AMBIGUOUS: {
    zh: '不唯一：多个账号有此值，或文件中多人指向同一账号、同一人有不同的值；未作猜测。',
    en: 'Not unique: several accounts have the value, several people of the file mean one account, or one person has several values. Nothing was guessed.',
  },
  TAKEN: {
    zh: '此人或该账号已有另一关联：请先解除。',
    en: 'The person or the account has another link: take that away first.',
  },
  PROTECTED: {
    zh: '该账号的权限高于操作者，不能由其关联。',
    en: 'The account stands above you: you cannot link it.',
  },
};

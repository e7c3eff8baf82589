import type { TextRule } from '../../domain/target.ts';
import { characterCount } from '../normalise.ts';

const encoder = new TextEncoder();

/** Patterns by their source. A memo, not state: there are as many as platforms have rules. */
const patterns = new Map<string, RegExp>();

const patternOf = (source: string): RegExp => {
  const known = patterns.get(source);
  if (known !== undefined) return known;
  const pattern = new RegExp(`^(?:${source})$`, 'u');
  patterns.set(source, pattern);
  return pattern;
};

const lengthOf = (text: string, unit: TextRule['unit']): number => {
  if (unit === 'utf16') return text.length;
  return unit === 'bytes' ? encoder.encode(text).length : characterCount(text);
};

/** What is wrong with a text by a platform's rule; `null` when nothing is. */
export const faultOf = (rule: TextRule, text: string): 'TOO_LONG' | 'ILLEGAL' | null => {
  if (lengthOf(text, rule.unit) > rule.maxLength) return 'TOO_LONG';
  return rule.pattern !== undefined && !patternOf(rule.pattern.source).test(text) ? 'ILLEGAL' : null;
};

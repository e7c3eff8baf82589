import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { AttributeDefinitionId, AttributeTarget, AttributeType } from '../../domain/index.ts';
import { changedAt, createdAt, tenantId, textArray, version } from './columns.ts';

/** An entry of the data dictionary (rows ID-27, ID-28). */
export const AttributeDefinitionEntity = defineEntity({
  name: 'AttributeDefinition',
  tableName: 'attribute_definition',
  schema: 'muster',
  properties: {
    tenantId: tenantId(),
    id: p.uuid().$type<AttributeDefinitionId>().primary(),
    target: p.text().$type<AttributeTarget>(),
    name: p.text(),
    label: p.text(),
    type: p.text().$type<AttributeType>(),
    choices: textArray().$type<readonly string[]>(),
    required: p.boolean(),
    editable: p.boolean(),
    unique: p.boolean().fieldName('is_unique'),
    enabled: p.boolean(),
    sensitive: p.boolean(),
    remark: p.text().strictNullable(),
    version: version(),
    createdAt: createdAt(),
    changedAt: changedAt(),
  },
});

export type AttributeDefinitionRecord = InferEntity<typeof AttributeDefinitionEntity>;

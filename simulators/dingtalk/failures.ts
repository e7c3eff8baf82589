/** The two API families; they never mix their error bodies. */
export type Family = 'legacy' | 'new';

/** A failure that a call answers with: rendered by the family's envelope. */
export class Failure extends Error {
  readonly detail: FailureDetail;

  constructor(detail: FailureDetail) {
    super(`${detail.kind} failure`);
    this.detail = detail;
  }
}

export type FailureDetail =
  /** Flat `{errcode, errmsg}`, HTTP 200. */
  | { readonly kind: 'business'; readonly code: number; readonly message: string }
  /** Met before the call's own logic: wrapped as 88 on `/topapi/*`, flat elsewhere. */
  | {
      readonly kind: 'gateway';
      readonly code: string;
      readonly message: string;
      /** What non-topapi calls print, where it differs. */
      readonly flat?: { readonly code?: number; readonly message: string };
    }
  /** `{code, message, requestid}` with its HTTP status. */
  | {
      readonly kind: 'new';
      readonly status: number;
      readonly code: string;
      readonly message: string;
      readonly extra?: Readonly<Record<string, unknown>>;
    };

/** Message texts of business codes, as the platform's global list prints them. */
export const TEXTS: Readonly<Record<number, string>> = {
  [-1]: '系统繁忙',
  12150: '修改失败，已开启智能人事职位管理，请在智能人事中修改',
  33012: '无效的USERID',
  40009: '不合法的部门id',
  40011: '不合法的部门order',
  40020: '团队人数超过限制',
  40022: '激活的企业员工手机号不能修改',
  40024: '团队人数超过限制',
  40031: '不合法的UserID列表',
  40035: '不合法的参数',
  40066: '不合法的部门列表',
  40068: '不合法的偏移量',
  40069: '不合法的分页大小',
  40101: '邮箱已存在',
  40103: '已发出邀请，对方同意后即可加入组织',
  40104: '电话号码无效',
  41054: '激活的企业员工手机号不能修改',
  43001: '需要GET请求',
  43002: '需要POST请求',
  43004: '无效的HTTP HEADER Content-Type',
  50002: '请求的员工userid不在授权范围内',
  50004: '请求的部门id不在授权范围内',
  60001: '部门名称含有非法字符',
  60002: '部门层级深度超过限制',
  60003: '部门不存在',
  60004: '父部门不存在',
  60005: '不允许删除有成员的部门',
  60006: '不允许删除有子部门的部门',
  60007: '不允许删除根部门',
  60008: '父部门下该部门名称已存在',
  60010: '部门存在循环关系',
  60018: '根部门不允许更新',
  60019: '从部门查询人员失败',
  60021: '父部门下该部门名称已存在',
  60022: '包含敏感内容',
  60102: 'UserID在公司中已存在',
  60103: '手机号码不合法，如果是国际号码，请使用+xx-xxxxxx的格式',
  60104: '手机号码在公司中已存在',
  60107: '该用户已经是企业成员',
  60106: '邮箱已存在',
  60112: '无效的姓名',
  60113: '手机号码和邮箱不能均为空',
  60118: '用户无有效邀请字段（邮箱，手机号）',
  60121: '找不到该用户',
  60128: '无效的主管id',
  71006: '回调地址已经存在',
  71007: '回调地址已不存在',
  71008: '回调call_back_tag必须在指定的call_back_tag列表中',
  71009: '返回文本非success',
  71010: '返回文本非json',
  71011: '不合法的url',
  400002: '参数错误',
  900004: '非法的aeskey',
};

/** A flat legacy failure with the text of the global list. */
export function business(code: number, message = TEXTS[code] ?? String(code)): Failure {
  return new Failure({ kind: 'business', code, message });
}

/** A failure of the new family. */
export function fresh(
  status: number,
  code: string,
  message: string,
  extra?: Readonly<Record<string, unknown>>,
): Failure {
  return new Failure(
    extra ? { kind: 'new', status, code, message, extra } : { kind: 'new', status, code, message },
  );
}

/** Character and reading, `王wang` style; the reading makes the mail address. */
function readings(text: string): (readonly [string, string])[] {
  return [...text.matchAll(/([^\sa-z]+)([a-z]+)/g)].map(
    ([, sign = '', sound = '']) => [sign, sound] as const,
  );
}

/** Surnames; the first dozen are common enough to be listed more than once. */
export const SURNAMES = readings(
  `王wang 李li 张zhang 刘liu 陈chen 杨yang 黄huang 赵zhao 吴wu 周zhou 王wang 李li 张zhang 刘liu 陈chen
  徐xu 孙sun 马ma 朱zhu 胡hu 郭guo 何he 林lin 高gao 罗luo 郑zheng 梁liang 谢xie 宋song 唐tang 许xu 邓deng
  冯feng 韩han 曹cao 曾zeng 彭peng 萧xiao 蔡cai 潘pan 田tian 董dong 袁yuan 于yu 余yu 叶ye 蒋jiang 杜du 苏su
  魏wei 程cheng 吕lv 丁ding 沈shen 任ren 姚yao 卢lu 傅fu 钟zhong 姜jiang 崔cui 谭tan 廖liao 范fan 汪wang 陆lu
  金jin 石shi 戴dai 贾jia 韦wei 夏xia 邱qiu 方fang 侯hou 邹zou 熊xiong 孟meng 秦qin 白bai 江jiang 阎yan 薛xue
  尹yin 段duan 雷lei 黎li 史shi 龙long 陶tao 贺he 顾gu 毛mao 郝hao 龚gong 邵shao 万wan 钱qian 覃qin 武wu
  单shan 仇qiu 解xie 区ou 查zha 欧阳ouyang 司马sima 上官shangguan 诸葛zhuge 慕容murong 尉迟yuchi`,
);

export const GIVEN = readings(
  `伟wei 芳fang 娜na 敏min 静jing 丽li 强qiang 磊lei 军jun 洋yang 勇yong 艳yan 杰jie 娟juan 涛tao 明ming 超chao
  秀xiu 霞xia 平ping 刚gang 桂gui 英ying 华hua 玉yu 萍ping 红hong 建jian 国guo 文wen 辉hui 云yun 峰feng 兰lan
  波bo 宁ning 浩hao 宇yu 轩xuan 子zi 涵han 梓zi 欣xin 怡yi 诗shi 雨yu 晨chen 博bo 思si 嘉jia 佳jia 俊jun 逸yi
  瑞rui 泽ze 晓xiao 东dong 南nan 海hai 燕yan 春chun 冬dong 雪xue 梅mei 琳lin 慧hui 颖ying 婷ting 倩qian 雯wen
  璐lu 薇wei 蕾lei 琪qi 瑶yao 鹏peng 飞fei 龙long 虎hu 斌bin 彬bin 志zhi 远yuan 航hang 凯kai 毅yi 哲zhe 昊hao
  天tian 一yi 可ke 乐le 安an 康kang 睿rui 锋feng 钧jun 铭ming 鑫xin 淼miao 焱yan 垚yao 玥yue 珂ke 禾he 苗miao`,
);

export const LATIN_GIVEN =
  'Anna Ben Carla David Emma Felix Grace Hugo Ivy Jack Kate Leo Mia Noah Olivia Paul'.split(' ');
export const LATIN_SURNAMES = 'Smith Müller García O’Brien Tanaka Kim Nguyen Novák Rossi Silva'.split(' ');

/** Characters beyond the basic plane, compatibility forms, the middle dot, and signs that fonts lack. */
export const RARE_NAMES = [
  '𠮷田一郎',
  '王𬭎',
  '李𠅤',
  '䶮龚',
  '张䶮',
  '㛃文',
  '阿依古丽·买买提',
  '古力娜扎·拜合提亚尔',
  '陈堃喆',
  '刘㼆',
  '赵𫖯',
  '欧阳犇骉',
] as const;

export const TITLES = (
  '工程师 高级工程师 产品经理 设计师 会计 出纳 销售代表 客户经理 人事专员 行政助理 运营专员 测试工程师 ' +
  '采购员 质检员 仓库管理员 法务 司机 车间主任 技术员 架构师 实习生'
).split(' ');

export const LEADER_TITLES = '总监 部长 经理 主管 组长 主任 副总裁'.split(' ');
export const PLACES = '北京 上海 杭州 深圳 成都 武汉 西安 南京 苏州 广州'.split(' ');

const DIVISIONS =
  '华东 华南 华北 西南 西北 东北 华中 海外 研发 生产 供应链 财务 人力资源 市场 销售 法务 审计 信息技术 战略 行政';
const DEPARTMENTS =
  '研发 测试 产品 设计 运维 数据 前端 后端 算法 安全 销售 渠道 大客户 售前 售后 客服 市场 品牌 公关 招聘 培训 薪酬 ' +
  '绩效 核算 资金 税务 预算 采购 仓储 物流 质量 工艺 设备 生产 计划 法务 合规 内审 行政 后勤';

/** Stems and endings of department names by level; deeper levels use the last row. */
export const UNIT_WORDS: readonly {
  readonly stems: readonly string[];
  readonly endings: readonly string[];
}[] = [
  { stems: DIVISIONS.split(' '), endings: ['事业群', '分公司', '中心'] },
  { stems: DEPARTMENTS.split(' '), endings: ['部', '中心'] },
  { stems: DEPARTMENTS.split(' '), endings: ['部', '处'] },
  { stems: DEPARTMENTS.split(' '), endings: ['科', '室'] },
  { stems: DEPARTMENTS.split(' '), endings: ['组', '班', '小组'] },
];

export const CHINESE_DIGITS = [...'一二三四五六七八九十'];

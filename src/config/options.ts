import { booleanOption, choice, integer, networks, option, postgresUrl, text, url } from './option.ts';

/**
 * Everything that must be known before the database is; all else is data, edited through the API. This table is
 * the only place where an environment variable is named. `docs/configuration.md` is generated from it.
 */
export const OPTIONS = {
  port: option({
    name: 'PORT',
    parse: integer({ from: 0, to: 65_535 }),
    fallback: '8080',
    unit: 'TCP port',
    example: '8080',
    meaning: {
      zh: '网关监听的端口；0 表示由系统选一个空闲端口。',
      en: 'Port that the gateway listens on; 0 lets the system choose a free one.',
    },
  }),
  host: option({
    name: 'HOST',
    parse: text,
    fallback: '0.0.0.0',
    example: '127.0.0.1',
    meaning: {
      zh: '网关监听的地址。反向代理在同一台机器上时设为 127.0.0.1。',
      en: 'Address that the gateway listens on. Set 127.0.0.1 behind a reverse proxy on the same machine.',
    },
  }),
  publicUrl: option({
    name: 'PUBLIC_URL',
    parse: url,
    fallback: null,
    shownFallback: 'http://localhost:{PORT}',
    example: 'https://id.example.com',
    meaning: {
      zh: '用户与各平台访问网关的地址，不带末尾斜杠；令牌的签发者与回调地址由它得出。',
      en: 'Address at which people and platforms reach the gateway, without a trailing slash. Issuer of tokens and callback addresses follow from it.',
    },
  }),
  mode: option({
    name: 'MUSTER_MODE',
    parse: choice('production', 'development'),
    fallback: 'production',
    example: 'development',
    meaning: {
      zh: '开发模式开启内省查询与宽松的 Cookie；对外服务时不要使用。',
      en: 'Development switches introspection on and relaxes cookies; do not serve strangers in it.',
    },
  }),
  databaseUrl: option({
    name: 'DATABASE_URL',
    parse: postgresUrl,
    fallback: null,
    shownFallback: 'embedded PostgreSQL in MUSTER_DATA_DIR',
    secret: true,
    example: 'postgres://muster_owner:…@db.example.com:5432/muster',
    meaning: {
      zh: 'PostgreSQL 15 及以上版本的地址，登录角色须为数据库所有者：它执行迁移并创建角色 muster_app。不设置则使用内置 PostgreSQL。',
      en: 'Address of a PostgreSQL 15 or newer, with the login of the database owner: it runs the migrations and makes the role muster_app. Without it the embedded PostgreSQL is used.',
    },
  }),
  databaseAppUrl: option({
    name: 'MUSTER_DATABASE_APP_URL',
    parse: postgresUrl,
    fallback: null,
    shownFallback: 'DATABASE_URL with SET ROLE muster_app',
    secret: true,
    example: 'postgres://muster_app:…@db.example.com:5432/muster',
    meaning: {
      zh: '为无特权角色 muster_app 单独设置的登录。建议生产环境使用：这样网关的连接在任何情况下都不能变回所有者。',
      en: 'A login of its own for the unprivileged role muster_app. Recommended in production: the gateway’s connections can then never become the owner’s again.',
    },
  }),
  masterKey: option({
    name: 'MUSTER_MASTER_KEY',
    parse: text,
    fallback: null,
    shownFallback: 'file master.key in MUSTER_DATA_DIR (embedded PostgreSQL only)',
    secret: true,
    example: 'openssl rand -base64 32 | tr +/ -_ | tr -d =',
    meaning: {
      zh: '加密机密的主密钥，32 个随机字节的 base64url。更换密钥时写“新,旧”，然后运行 npm run rekey。设置了 DATABASE_URL 时必填。',
      en: 'Key that secrets are stored under: 32 random bytes in base64url. To exchange it, set “new,old” and run npm run rekey. Required with DATABASE_URL.',
    },
  }),
  dataDir: option({
    name: 'MUSTER_DATA_DIR',
    parse: text,
    fallback: '.muster',
    unit: 'directory',
    example: '/var/lib/muster/data',
    meaning: {
      zh: '内置数据库与生成的密钥所在的目录，不存在则创建。',
      en: 'Directory of the embedded database and of the generated key; made when absent.',
    },
  }),
  embeddedPort: option({
    name: 'MUSTER_EMBEDDED_PG_PORT',
    parse: integer({ from: 1, to: 65_535 }),
    fallback: null,
    shownFallback: 'no TCP, a socket only',
    unit: 'TCP port',
    example: '5433',
    meaning: {
      zh: '让内置数据库同时监听 127.0.0.1 的这个端口，便于用 psql 查看。',
      en: 'Makes the embedded database listen on this port of 127.0.0.1 as well, to look at it with psql.',
    },
  }),
  poolSize: option({
    name: 'MUSTER_DB_POOL_SIZE',
    parse: integer({ from: 1, to: 200 }),
    fallback: '10',
    unit: 'connections',
    example: '20',
    meaning: {
      zh: '每个进程最多打开的数据库连接数。',
      en: 'Database connections that one process opens at most.',
    },
  }),
  trustProxy: option({
    name: 'MUSTER_TRUST_PROXY',
    parse: networks,
    fallback: '',
    shownFallback: 'nobody',
    example: '10.0.0.0/8,127.0.0.1',
    meaning: {
      zh: '可信反向代理的地址或网段，以逗号分隔；只采信它们的 X-Forwarded-* 头。',
      en: 'Addresses or networks of trusted reverse proxies, separated by commas; only their X-Forwarded-* headers are believed.',
    },
  }),
  metrics: option({
    name: 'MUSTER_METRICS',
    parse: choice('local', 'public', 'off'),
    fallback: 'local',
    example: 'off',
    meaning: {
      zh: '/metrics 向谁开放：local 仅限本机与私有网段（经反向代理的请求须设置 MUSTER_TRUST_PROXY，否则一律拒绝），public 不限，off 关闭。',
      en: 'Who may read /metrics: local = this machine and private networks (what comes through a proxy that MUSTER_TRUST_PROXY does not name is refused), public = everybody, off = nobody.',
    },
  }),
  introspection: option({
    name: 'MUSTER_INTROSPECTION',
    parse: booleanOption,
    fallback: null,
    shownFallback: 'on in development, off in production',
    example: 'on',
    meaning: { zh: '是否允许 GraphQL 内省查询。', en: 'Whether GraphQL introspection is answered.' },
  }),
  logLevel: option({
    name: 'LOG_LEVEL',
    parse: choice('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    fallback: 'info',
    example: 'debug',
    meaning: { zh: '写入标准输出的日志级别。', en: 'Least severe level that is written to standard output.' },
  }),
} as const;

/** Role that the gateway works as: it owns nothing, bypasses nothing, and sees one tenant at a time. */
export const APP_ROLE = 'muster_app';

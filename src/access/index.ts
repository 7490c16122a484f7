/*
 * Who may do what: roles with their entitlements, tokens bound to a role, and sessions of people in a browser.
 */

export type { RoleName } from '../core/role-names.ts';
export { ensureAdminToken } from './admin-token.ts';
export { type Authenticator, createAuthenticator } from './authenticate.ts';
export { createToken, createTokenAction } from './create-token.ts';
export { listTokensAction } from './list-tokens.ts';
export { revokeTokenAction } from './revoke-token.ts';
export { createActor } from './roles.ts';
export {
  createSignInCode,
  endSession,
  redeemSignInCode,
  sessionLifetimeMs,
  signInWithToken,
} from './sign-in.ts';
export { createTaskToken, endTaskToken, profileOfTask } from './task-token.ts';

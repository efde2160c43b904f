import { TroupeError } from "../errors.ts";
import { nameError } from "../name_error.ts";

/**
 * The other end of a connection did not show that it knows the key, or a certificate that is trusted, code
 * `TROUPE_AUTHENTICATION`; nothing else of it was read, and the connection is closed.
 */
export class AuthenticationError extends TroupeError {}

nameError(AuthenticationError, "AuthenticationError", "TROUPE_AUTHENTICATION");

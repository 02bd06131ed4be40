package io.kookoo.settings;

/** What somebody who connects to a server may do there; {@code docs/security.md} lists it request by request. No role has another in it. */
public enum Role {
    /** Look after the server and the jobs of others. */
    ADMIN,
    /** Have functions run. */
    SUBMIT,
    /** Run them. */
    WORK
}

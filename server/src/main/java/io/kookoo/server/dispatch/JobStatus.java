package io.kookoo.server.dispatch;

/**
 * What GET_STATUS answers: a job at one moment.
 *
 * @param known whether the server has it, queued or running
 * @param running whether a worker has it
 * @param numerator of its last WORK_STATUS, 0 before
 * @param denominator of its last WORK_STATUS, 0 before
 */
public record JobStatus(boolean known, boolean running, long numerator, long denominator) {
    static final JobStatus UNKNOWN = new JobStatus(false, false, 0, 0);
}

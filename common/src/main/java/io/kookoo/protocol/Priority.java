package io.kookoo.protocol;

/** The priority of a job, highest first. Global over the functions of a worker: any high before any normal. */
public enum Priority {
    HIGH,
    NORMAL,
    LOW
}

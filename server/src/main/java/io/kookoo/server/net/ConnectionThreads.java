package io.kookoo.server.net;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Makes the threads of connections, and nobody else does: virtual ones where the JVM has them (21 and later), else platform
 * threads with small stacks. Thread-safe.
 */
final class ConnectionThreads {
    /** Enough for a log line with a stack trace; ten thousand of them reserve address space, not memory. */
    private static final long STACK_BYTES = 256 * 1024;

    private static final MethodHandle START_VIRTUAL = startVirtual();

    private ConnectionThreads() {}

    /** Whether the threads are virtual. */
    static boolean virtual() {
        return START_VIRTUAL != null;
    }

    static void start(String name, Runnable body) {
        if (START_VIRTUAL == null) {
            Thread thread = new Thread(null, body, name, STACK_BYTES);
            thread.setDaemon(true);
            thread.start();
            return;
        }
        try {
            Thread thread = (Thread) START_VIRTUAL.invokeExact(body);
            thread.setName(name);
        } catch (Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("Starting the virtual thread " + name + " failed", e);
        }
    }

    private static MethodHandle startVirtual() {
        try {
            return MethodHandles.publicLookup()
                    .findStatic(
                            Thread.class, "startVirtualThread", MethodType.methodType(Thread.class, Runnable.class));
        } catch (NoSuchMethodException e) {
            return null;
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}

package io.kookoo.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.core.spi.ContextAwareBase;

/**
 * Found by logback through META-INF/services: until {@link KookooLog#open} nothing is logged, no logback.xml is looked
 * for, and standard output belongs to the program alone.
 */
public final class QuietStart extends ContextAwareBase implements Configurator {

    /** Called by logback. */
    public QuietStart() {}

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.OFF);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}

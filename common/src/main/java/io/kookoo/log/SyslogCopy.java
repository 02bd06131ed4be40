package io.kookoo.log;

import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.pattern.SyslogStartConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LevelToSyslogSeverity;
import ch.qos.logback.core.Layout;
import ch.qos.logback.core.LayoutBase;
import ch.qos.logback.core.net.SyslogAppenderBase;
import ch.qos.logback.core.net.SyslogOutputStream;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;

/**
 * Sends each event to a syslog server as one UDP datagram of RFC 3164, facility daemon, program name {@code kookoo}:
 * {@code <30>Nov 21 10:00:00 box kookoo: Server - INFO - message}. Stack traces stay in the file. Datagrams may be lost
 * on the way, as always with UDP; nothing waits for the syslog server.
 */
final class SyslogCopy extends SyslogAppenderBase<ILoggingEvent> {

    private static final String FACILITY = "DAEMON";

    /** In the worst case three bytes each, well below the largest datagram. */
    private static final int MAX_CHARS = 8 << 10;

    private final EventText text;

    SyslogCopy(String program, InetSocketAddress server) {
        text = new EventText(LineForm.PLAIN, program, false);
        setSyslogHost(server.getHostString());
        setPort(server.getPort());
        setFacility(FACILITY);
        setCharset(StandardCharsets.UTF_8);
        setMaxMessageSize(MAX_CHARS);
    }

    @Override
    public SyslogOutputStream createOutputStream() throws UnknownHostException, SocketException {
        return new SyslogOutputStream(getSyslogHost(), getPort());
    }

    @Override
    public int getSeverityForEvent(Object event) {
        return LevelToSyslogSeverity.convert((ILoggingEvent) event);
    }

    @Override
    public Layout<ILoggingEvent> buildLayout() {
        PatternLayout start = new PatternLayout();
        start.setContext(getContext());
        start.getInstanceConverterMap().put("syslogStart", SyslogStartConverter::new);
        start.setPattern("%syslogStart{" + FACILITY + "}kookoo: %nopex");
        start.start();
        Layout<ILoggingEvent> layout = new LayoutBase<>() {
            @Override
            public String doLayout(ILoggingEvent event) {
                return start.doLayout(event) + text.of(event);
            }
        };
        layout.start();
        return layout;
    }
}

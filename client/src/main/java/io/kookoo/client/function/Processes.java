package io.kookoo.client.function;

import io.kookoo.HostName;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** Built in: the processes of the machine that the client runs on. */
final class Processes implements FunctionLibrary {
    private static final int MAX_SECONDS = 86_400;

    @Function(
            description = "watches a process for so many seconds, at most " + MAX_SECONDS
                    + ", or until it ends: CPU (100 % is one processor), memory, running time")
    public String monitor(long pid, int seconds, JobContext job) throws InterruptedException {
        if (seconds < 1 || seconds > MAX_SECONDS) {
            throw new IllegalArgumentException("seconds must be from 1 to " + MAX_SECONDS + ", not " + seconds);
        }
        ProcessHandle process = ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .orElseThrow(() -> new IllegalArgumentException("no process " + pid + " on " + HostName.read()));
        String command = process.info().command().orElse("unknown command");
        Instant start = process.info().startInstant().orElse(null);
        long begunNanos = System.nanoTime();
        Sample first = Sample.of(process);
        Sample last = first;
        OptionalDouble maxCpu = OptionalDouble.empty();
        OptionalLong maxMemory = first.memoryBytes;
        int watched = 0;
        while (watched < seconds) {
            long nextNanos = begunNanos + TimeUnit.SECONDS.toNanos(watched + 1L);
            TimeUnit.NANOSECONDS.sleep(nextNanos - System.nanoTime());
            Sample now = Sample.of(process);
            // A handle knows when its process began: another one with the same number is not taken for it.
            if (!process.isAlive()) {
                break;
            }
            watched++;
            OptionalDouble cpu = now.cpuSince(last);
            maxCpu = cpu.isPresent() && cpu.getAsDouble() > maxCpu.orElse(-1) ? cpu : maxCpu;
            maxMemory = now.memoryBytes.orElse(-1) > maxMemory.orElse(-1) ? now.memoryBytes : maxMemory;
            last = now;
            job.progress(watched, seconds);
            job.data(
                    "cpu " + percent(cpu) + ", memory " + size(now.memoryBytes) + ", running " + running(start) + "\n");
        }
        return "process " + pid + " (" + command + "): "
                + (watched < seconds ? "ended after " + watched + " s" : "watched for " + watched + " s")
                + ", cpu " + percent(last.cpuSince(first)) + " on average and " + percent(maxCpu)
                + " at most, memory " + size(maxMemory) + " at most, running " + running(start);
    }

    /**
     * A process at one moment.
     *
     * @param cpu the processor time it has taken; null where the system does not tell
     */
    private record Sample(long nanoTime, Duration cpu, OptionalLong memoryBytes) {
        static Sample of(ProcessHandle process) {
            return new Sample(
                    System.nanoTime(), process.info().totalCpuDuration().orElse(null), memory(process.pid()));
        }

        /** How much of one processor it took, in percent. */
        OptionalDouble cpuSince(Sample before) {
            if (cpu == null || before.cpu == null || nanoTime == before.nanoTime) {
                return OptionalDouble.empty();
            }
            return OptionalDouble.of(100.0 * cpu.minus(before.cpu).toNanos() / (nanoTime - before.nanoTime));
        }
    }

    /** Resident memory: from Linux's /proc, elsewhere from the program ps where there is one. */
    private static OptionalLong memory(long pid) {
        Path status = Path.of("/proc/" + pid + "/status");
        try {
            if (Files.isReadable(status)) {
                for (String line : Files.readAllLines(status, StandardCharsets.ISO_8859_1)) {
                    if (line.startsWith("VmRSS:")) {
                        return kibibytes(line.replaceAll("[^0-9]", ""));
                    }
                }
                return OptionalLong.empty();
            }
            Process ps = new ProcessBuilder("ps", "-o", "rss=", "-p", Long.toString(pid))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (BufferedReader out =
                    new BufferedReader(new InputStreamReader(ps.getInputStream(), StandardCharsets.ISO_8859_1))) {
                String line = out.readLine();
                return line == null ? OptionalLong.empty() : kibibytes(line.strip());
            } finally {
                ps.destroy();
            }
        } catch (IOException e) {
            // It has just ended, or this system has neither.
            return OptionalLong.empty();
        }
    }

    private static OptionalLong kibibytes(String text) {
        return text.matches("[0-9]{1,15}") ? OptionalLong.of(Long.parseLong(text) * 1024) : OptionalLong.empty();
    }

    private static String percent(OptionalDouble cpu) {
        return cpu.isPresent() ? String.format(Locale.ROOT, "%.1f %%", cpu.getAsDouble()) : "unknown";
    }

    private static String size(OptionalLong bytes) {
        return bytes.isPresent() ? Machine.size(bytes.getAsLong()) : "unknown";
    }

    /** Hours, minutes and seconds from its start until now; null is a start that the system does not tell. */
    private static String running(Instant start) {
        if (start == null) {
            return "unknown";
        }
        Duration time = Duration.between(start, Instant.now());
        return String.format("%d:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart());
    }
}

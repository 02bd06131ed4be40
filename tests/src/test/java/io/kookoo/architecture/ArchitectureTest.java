package io.kookoo.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import javax.net.ssl.SSLException;
import org.ini4j.Config;
import org.ini4j.InvalidFileFormatException;
import org.ini4j.spi.IniHandler;
import org.ini4j.spi.IniParser;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The fences of docs/architecture.md. */
class ArchitectureTest {
    private static JavaClasses kookoo;

    @BeforeAll
    static void readClasses() {
        kookoo = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("io.kookoo");
    }

    @Test
    void shouldHaveReadAllModules() {
        classes()
                .that()
                .haveSimpleName("ServerMain")
                .should()
                .resideInAPackage("io.kookoo.server")
                .check(kookoo);
        classes()
                .that()
                .haveSimpleName("ClientMain")
                .should()
                .resideInAPackage("io.kookoo.client.command")
                .check(kookoo);
        classes()
                .that()
                .haveSimpleName("PacketReader")
                .should()
                .resideInAPackage("io.kookoo.protocol")
                .check(kookoo);
    }

    @Test
    void shouldKeepCommonFreeOfServerAndClient() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.kookoo.server..", "io.kookoo.client..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.kookoo.server..", "io.kookoo.client..")
                .check(kookoo);
    }

    @Test
    void shouldKeepServerAndClientApart() {
        noClasses()
                .that()
                .resideInAPackage("io.kookoo.server..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.kookoo.client..")
                .check(kookoo);
        noClasses()
                .that()
                .resideInAPackage("io.kookoo.client..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.kookoo.server..")
                .check(kookoo);
    }

    @Test
    void shouldKeepSocketsOutOfDispatch() {
        noClasses()
                .that()
                .resideInAPackage("io.kookoo.server.dispatch..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.net..", "java.nio.file..", "java.io..")
                .check(kookoo);
    }

    @Test
    void shouldKeepSocketsOutOfTheProtocol() {
        noClasses()
                .that()
                .resideInAPackage("io.kookoo.protocol..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.net..", "org.slf4j..")
                .check(kookoo);
    }

    @Test
    void shouldKeepIni4jInSettingsAndLogbackInLog() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.kookoo.settings..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.ini4j..")
                .check(kookoo);
        noClasses()
                .that()
                .resideOutsideOfPackage("io.kookoo.log..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("ch.qos.logback..")
                .check(kookoo);
    }

    /** Its parser alone: its maps replace variables without an end, which is CVE-2022-41404. */
    @Test
    void shouldKeepAwayFromTheMapsOfIni4j() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAPackage("org.ini4j..")
                        .and(not(belongToAnyOf(
                                Config.class, InvalidFileFormatException.class, IniHandler.class, IniParser.class))))
                .check(kookoo);
    }

    @Test
    void shouldKeepTlsInOnePackage() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.kookoo.tls..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("javax.net.ssl..", "java.security.cert..")
                        .and(not(type(SSLException.class))))
                .check(kookoo);
    }

    @Test
    void shouldKeepDatabasesInTheirStore() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.kookoo.server.store.sqlite..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "javax.sql..", "org.sqlite..")
                .check(kookoo);
        noClasses()
                .that()
                .resideInAPackage("io.kookoo.server.store..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.kookoo.server.dispatch..", "io.kookoo.server.net..", "io.kookoo.server.command..")
                .check(kookoo);
    }

    /** It is told what happens, and has nothing to say in it. */
    @Test
    void shouldKeepTheReportOutOfWhatItTellsOf() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "io.kookoo.server.dispatch..",
                        "io.kookoo.server.channel..",
                        "io.kookoo.server.store..",
                        "io.kookoo.server.net..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.kookoo.server.report..")
                .check(kookoo);
        noClasses()
                .that()
                .resideInAPackage("io.kookoo.server.report..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.kookoo.server.store..",
                        "io.kookoo.server.net..",
                        "io.kookoo.server.command..",
                        "io.kookoo.server.channel..")
                .check(kookoo);
    }

    @Test
    void shouldKeepTheTerminalLibraryInOnePackage() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.kookoo.client.terminal..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.jline..")
                .check(kookoo);
    }

    @Test
    void shouldKeepTheLibraryFreeOfTheProgram() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "io.kookoo.client",
                        "io.kookoo.client.net..",
                        "io.kookoo.client.run..",
                        "io.kookoo.client.function..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.kookoo.client.command..",
                        "io.kookoo.client.batch..",
                        "io.kookoo.client.shell..",
                        "io.kookoo.client.terminal..")
                .check(kookoo);
        noClasses()
                .that()
                .resideOutsideOfPackage("io.kookoo.client.command..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("me.tongfei..", "org.HdrHistogram..")
                .check(kookoo);
    }

    @Test
    void shouldKeepJsonWhereItIsRead() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.kookoo.client.command..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.fasterxml..")
                .check(kookoo);
    }

    @Test
    void shouldKeepSocketsOutOfChannels() {
        noClasses()
                .that()
                .resideInAPackage("io.kookoo.server.channel..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.net..", "java.io..", "io.kookoo.server.command..")
                .check(kookoo);
    }

    /** It says who may do what, and has no hand in how it is done. */
    @Test
    void shouldKeepAccessApartFromWhatIsAskedFor() {
        noClasses()
                .that()
                .resideInAPackage("io.kookoo.server.access..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.kookoo.server.dispatch..",
                        "io.kookoo.server.net..",
                        "io.kookoo.server.command..",
                        "io.kookoo.server.channel..",
                        "io.kookoo.server.node..",
                        "io.kookoo.server.store..")
                .check(kookoo);
    }

    /** They know connections, and what is done to jobs they leave to the dispatcher, which knows nothing of them. */
    @Test
    void shouldKeepSocketsOutOfNodesAndNodesOutOfTheRest() {
        noClasses()
                .that()
                .resideInAPackage("io.kookoo.server.node..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.net..",
                        "java.io..",
                        "io.kookoo.server.command..",
                        "io.kookoo.server.channel..",
                        "io.kookoo.server.report..",
                        "io.kookoo.server.store..")
                .check(kookoo);
        noClasses()
                .that()
                .resideOutsideOfPackages("io.kookoo.server", "io.kookoo.server.command..", "io.kookoo.server.node..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.kookoo.server.node..")
                .check(kookoo);
    }

    @Test
    void shouldReadTheClockThroughOneDoor() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "io.kookoo.server.access..",
                        "io.kookoo.server.dispatch..",
                        "io.kookoo.server.report..",
                        "io.kookoo.server.node..")
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(java.time.Instant.class, "now")
                .check(kookoo);
    }

    @Test
    void shouldHaveNoCyclesBetweenPackages() {
        slices().matching("io.kookoo.(**)").should().beFreeOfCycles().check(kookoo);
    }
}

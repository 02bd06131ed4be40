package io.kookoo.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * The list of libraries and their known vulnerabilities in docs/security.md names each library that is on a class path, in the version that is
 * there: who changes a version has to look again.
 */
class DependenciesTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    /** A row: the artifacts, their version, where they are, when somebody looked, and what is known. */
    private static final Pattern ROW = Pattern.compile(
            "\\| ((?:`[\\w.-]+`(?:, )?)+) \\| ([\\w.-]+) \\| [^|]+ \\| (\\d{4}-\\d{2}-\\d{2}) \\| ([^|]+) \\|");

    private static final List<String> OF_TESTS =
            List.of("com/code_intelligence/", "io/kookoo/fuzz/", "org/junit/", "com/tngtech/");

    private record Row(Set<String> artifacts, String version, LocalDate lookedAt, String known) {}

    private static List<Row> rows;

    @BeforeAll
    static void readTheList() throws IOException {
        rows = new ArrayList<>();
        for (String line : Files.readAllLines(ROOT.resolve("docs/security.md"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                Set<String> artifacts = Stream.of(row.group(1).replace("`", "").split(", "))
                        .collect(Collectors.toCollection(TreeSet::new));
                rows.add(new Row(artifacts, row.group(2), LocalDate.parse(row.group(3)), row.group(4)));
            }
        }
    }

    @Test
    void shouldListEachLibraryOfTheClassPathInItsVersionAndNoOther() throws Exception {
        Set<String> there = new TreeSet<>(ofTheClassPath());
        there.addAll(ofTheParentPom());
        assertEquals(String.join("\n", there), String.join("\n", listed()));
    }

    @Test
    void shouldHaveBeenLookedAtAndSayWhatIsKnown() {
        LocalDate tomorrow = LocalDate.now(ZoneOffset.UTC).plusDays(1);
        for (Row row : rows) {
            assertFalse(row.lookedAt.isAfter(tomorrow), row::toString);
            assertFalse(row.known.isBlank(), row::toString);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"server.jar", "client.jar"})
    void shouldShipNothingOfTheTests(String jar) throws IOException {
        try (JarFile shipped = new JarFile(ROOT.resolve(jar).toFile())) {
            List<String> ofTests = shipped.stream()
                    .map(JarEntry::getName)
                    .filter(name -> OF_TESTS.stream().anyMatch(name::startsWith))
                    .toList();
            assertEquals(List.of(), ofTests);
        }
    }

    private static Set<String> listed() {
        Set<String> listed = new TreeSet<>();
        for (Row row : rows) {
            for (String artifact : row.artifacts) {
                assertTrue(listed.add(artifact + " " + row.version), () -> artifact + " is listed twice");
            }
        }
        return listed;
    }

    /** All that the server, the client and the tests are run with, what libraries bring along included. */
    private static Set<String> ofTheClassPath() {
        Pattern file = Pattern.compile("(.+?)-(\\d[\\w.-]*)\\.jar");
        Set<String> libraries = new TreeSet<>();
        for (String path : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Matcher jar = file.matcher(Path.of(path).getFileName().toString());
            if (jar.matches() && !jar.group(1).startsWith("kookoo-")) {
                libraries.add(jar.group(1) + " " + jar.group(2));
            }
        }
        return libraries;
    }

    /** What the parent has a version for, the libraries of the benchmarks included. */
    private static Set<String> ofTheParentPom() throws IOException, ParserConfigurationException, SAXException {
        Document pom = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(ROOT.resolve("pom.xml").toFile());
        NodeList dependencies =
                ((Element) pom.getElementsByTagName("dependencyManagement").item(0)).getElementsByTagName("dependency");
        Set<String> libraries = new TreeSet<>();
        for (int i = 0; i < dependencies.getLength(); i++) {
            Element dependency = (Element) dependencies.item(i);
            if (!text(dependency, "groupId").equals("io.kookoo")) {
                String property = text(dependency, "version").replaceAll("\\$\\{(.*)}", "$1");
                libraries.add(text(dependency, "artifactId") + " " + text(pom.getDocumentElement(), property));
            }
        }
        return libraries;
    }

    private static String text(Element parent, String name) {
        return parent.getElementsByTagName(name).item(0).getTextContent();
    }
}

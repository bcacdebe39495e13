package org.attn4j.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which package may know which, and that nothing stands in the main code that it does not use. */
class ArchitectureTest {

    private static final Path ROOT = Path.of("..");

    private static final JavaClasses MAIN =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .withImportOption(location -> !location.contains("-tests.jar"))
                    .importPackages("org.attn4j");

    /** Which family extends which other, as their papers and checkpoints do. */
    private static final Map<String, Set<String>> EXTENDED_FAMILIES =
            Map.of("longformer", Set.of("roberta"));

    private static final String FAMILY = "org.attn4j.models.family.";

    @Test
    void theClassesOfAllModulesAreRead() {
        for (String module :
                List.of(
                        "common",
                        "attention",
                        "models",
                        "datasets",
                        "retrieval",
                        "visual",
                        "parity",
                        "examples",
                        "cli")) {
            String start = "org.attn4j." + module;
            assertTrue(MAIN.stream().anyMatch(it -> it.getPackageName().startsWith(start)), module);
        }
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching("org.attn4j.(**)").should().beFreeOfCycles().check(MAIN);
    }

    @Test
    void modulesKnowOnlyThoseBelow() {
        noClasses()
                .that()
                .resideInAPackage("org.attn4j.common..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.attn4j.attention..",
                        "org.attn4j.models..",
                        "org.attn4j.datasets..",
                        "org.attn4j.parity..")
                .check(MAIN);
        noClasses()
                .that()
                .resideInAPackage("org.attn4j.attention..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.attn4j.models..", "org.attn4j.datasets..")
                .check(MAIN);
        noClasses()
                .that()
                .resideInAnyPackage(
                        "org.attn4j.common..",
                        "org.attn4j.attention..",
                        "org.attn4j.models..",
                        "org.attn4j.datasets..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.attn4j.retrieval..", "org.apache.lucene..", "org.jsoup..")
                .check(MAIN);
        noClasses()
                .that()
                .resideInAPackage("org.attn4j.datasets..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.attn4j.attention..", "org.attn4j.models..")
                .check(MAIN);
        noClasses()
                .that()
                .resideInAPackage("org.attn4j.models..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.attn4j.datasets..")
                .check(MAIN);
    }

    @Test
    void whatModelsAreMadeOfKnowsNeitherTasksNorTraining() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "org.attn4j.models.layer..",
                        "org.attn4j.models.generate..",
                        "org.attn4j.models.config..",
                        "org.attn4j.models.checkpoint..",
                        "org.attn4j.models.tokenizer..",
                        "org.attn4j.models.metric..",
                        "org.attn4j.models.model..",
                        "org.attn4j.models.family..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.attn4j.models.training..",
                        "org.attn4j.models.task..",
                        "org.attn4j.models.zoo..")
                .check(MAIN);
        noClasses()
                .that()
                .resideInAnyPackage("org.attn4j.models.layer..", "org.attn4j.models.model..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(FAMILY + ".")
                .check(MAIN);
    }

    @Test
    void aFamilyKnowsNoOtherButTheOneItExtends() {
        Set<String> wrong = new TreeSet<>();
        for (JavaClass type : MAIN) {
            String own = family(type);
            type.getDirectDependenciesFromSelf()
                    .forEach(
                            dependency -> {
                                String other = family(dependency.getTargetClass());
                                if (!own.isEmpty()
                                        && !other.isEmpty()
                                        && !own.equals(other)
                                        && !EXTENDED_FAMILIES
                                                .getOrDefault(own, Set.of())
                                                .contains(other)) {
                                    wrong.add(own + " -> " + other + ": " + type.getName());
                                }
                            });
        }
        assertEquals(Set.of(), wrong);
    }

    private static String family(JavaClass type) {
        String name = type.getPackageName() + ".";
        if (!name.startsWith(FAMILY)) {
            return "";
        }
        String below = name.substring(FAMILY.length());
        return below.substring(0, Math.max(0, below.indexOf('.')));
    }

    @Test
    void onlyTheOperationsKnowAnEngine() throws IOException {
        noClasses()
                .that()
                .resideOutsideOfPackage("org.attn4j.attention.ops..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.djl.pytorch..", "ai.djl.mxnet..")
                .check(MAIN);
        Set<String> naming = new TreeSet<>();
        Pattern engine = Pattern.compile("(?m)^(?!\\s*(\\*|//|/\\*)).*\"(PyTorch|MXNet)\"");
        for (Path source : sources()) {
            if (engine.matcher(Files.readString(source)).find()
                    && !source.getParent().endsWith("attention/ops")) {
                naming.add(source.getFileName().toString());
            }
        }
        // what --engine offers, which engines the zoo serves, and what tests run on
        assertEquals(Set.of("EngineOptions.java", "Attn4jZoo.java", "TestEngine.java"), naming);
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> modules = Files.list(ROOT)) {
            List<Path> roots =
                    modules.map(it -> it.resolve("src/main/java"))
                            .filter(Files::isDirectory)
                            .toList();
            Set<Path> files = new TreeSet<>();
            for (Path root : roots) {
                files.addAll(filesBelow(root, ".java"));
            }
            return List.copyOf(files);
        }
    }

    private static List<Path> filesBelow(Path root, String ending) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(it -> it.toString().endsWith(ending)).toList();
        }
    }

    /** A class is used by another one, named as a service or in the documentation, or is Main. */
    @Test
    void everyClassIsUsed() throws IOException {
        String elsewhere = services() + documentation();
        Set<String> unused =
                MAIN.stream()
                        .filter(it -> it.getEnclosingClass().isEmpty())
                        .filter(it -> !it.getSimpleName().equals("package-info"))
                        .filter(it -> !hasConstantsAlone(it))
                        .filter(it -> !it.isEquivalentTo(Main.class))
                        .filter(it -> !isUsed(it))
                        .filter(it -> !elsewhere.contains(it.getSimpleName()))
                        .map(JavaClass::getName)
                        .collect(toCollection(TreeSet::new));
        assertEquals(Set.of(), unused);
    }

    /** By another class than those inside of it. */
    private static boolean isUsed(JavaClass type) {
        return MAIN.stream()
                .filter(it -> outermost(it).equals(type))
                .flatMap(it -> it.getDirectDependenciesToSelf().stream())
                .anyMatch(it -> !outermost(it.getOriginClass()).equals(type));
    }

    private static JavaClass outermost(JavaClass type) {
        return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type);
    }

    /** The compiler copies constants to where they are used, and nothing tells whence. */
    private static boolean hasConstantsAlone(JavaClass type) {
        Predicate<Set<JavaModifier>> constant =
                it -> it.contains(JavaModifier.STATIC) && it.contains(JavaModifier.FINAL);
        return type.getMethods().isEmpty()
                && type.getFields().stream().allMatch(it -> constant.test(it.getModifiers()));
    }

    /** A method that others cannot call is called by the main code. */
    @Test
    void everyMethodIsUsed() throws IOException {
        Set<String> unused =
                MAIN.stream()
                        .flatMap(it -> it.getMethods().stream())
                        .filter(it -> !isCalled(it) && !isPublic(it))
                        .map(ArchitectureTest::shortName)
                        .collect(toCollection(TreeSet::new));
        assertEquals(Set.of(), unused);
    }

    private static boolean isPublic(JavaMethod method) {
        return method.getModifiers().contains(JavaModifier.PUBLIC)
                && method.getOwner().getModifiers().contains(JavaModifier.PUBLIC);
    }

    /** By main code, by the JVM, or through what it overrides. */
    private static boolean isCalled(JavaMethod method) {
        JavaClass owner = method.getOwner();
        boolean made =
                method.getModifiers().contains(JavaModifier.SYNTHETIC)
                        || method.getName().contains("$")
                        || owner.isEnum() && Set.of("values", "valueOf").contains(method.getName())
                        || owner.isRecord() && isOfRecord(method);
        return made
                || !method.getReferencesToSelf().isEmpty()
                || !method.getCallsOfSelf().isEmpty()
                || overrides(method);
    }

    private static boolean isOfRecord(JavaMethod method) {
        return Set.of("toString", "hashCode", "equals").contains(method.getName())
                || method.getRawParameterTypes().isEmpty()
                        && method.getOwner().tryGetField(method.getName()).isPresent();
    }

    private static boolean overrides(JavaMethod method) {
        JavaClass owner = method.getOwner();
        return Stream.concat(
                        owner.getAllRawSuperclasses().stream(),
                        owner.getAllRawInterfaces().stream())
                .flatMap(it -> it.getMethods().stream())
                .anyMatch(
                        it ->
                                it.getName().equals(method.getName())
                                        && it.getRawParameterTypes().size()
                                                == method.getRawParameterTypes().size());
    }

    private static String shortName(JavaMethod method) {
        String owner = method.getOwner().getName();
        return owner.substring(owner.lastIndexOf('.') + 1) + "." + method.getName();
    }

    private static String services() throws IOException {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path module : modules.toList()) {
                Path services = module.resolve("src/main/resources/META-INF/services");
                if (Files.isDirectory(services)) {
                    for (Path file : filesBelow(services, "")) {
                        text.append(Files.isRegularFile(file) ? Files.readString(file) : "");
                    }
                }
            }
        }
        return text.toString();
    }

    private static String documentation() throws IOException {
        StringBuilder text = new StringBuilder(Files.readString(ROOT.resolve("README.md")));
        for (Path file : filesBelow(ROOT.resolve("docs"), ".md")) {
            text.append(Files.readString(file));
        }
        return text.toString();
    }
}

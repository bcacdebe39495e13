package org.attn4j.attention.spec;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds the table of mechanisms in the documentation to what {@link Mechanisms} says of them. */
class MechanismTableTest {

    private static final Path OVERVIEW = Path.of("../docs/overview.md");
    private static final String SOURCES = "attention-blocks/src/main/java/";

    @Test
    void theOverviewHoldsAllMechanismsWithFileAndPaper() throws IOException {
        String table =
                "| mechanism | name | file | paper |\n|---|---|---|---|\n"
                        + BuiltInMechanisms.all().stream()
                                .map(provider -> row(provider.info()))
                                .collect(Collectors.joining());
        assertTrue(
                Files.readString(OVERVIEW).contains("## Mechanisms\n\n" + table),
                () -> "docs/overview.md must hold, under \"## Mechanisms\",\n" + table);
    }

    private static String row(MechanismInfo info) {
        String file = SOURCES + info.file().replace('.', '/') + ".java";
        assertTrue(Files.exists(Path.of("..", file)), file);
        String type = info.file().substring(info.file().lastIndexOf('.') + 1);
        String title =
                info.title()
                        + (info.aliases().isEmpty()
                                ? ""
                                : " – " + String.join(", ", info.aliases()));
        return "| %s | `%s` | [%s](../%s) | %s |\n"
                .formatted(title, info.name(), type, file, info.paper());
    }
}

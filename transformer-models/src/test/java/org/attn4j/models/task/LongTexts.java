package org.attn4j.models.task;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;

/** The process whose peak {@link PredictionMemoryTest} reads: embeds 16 texts of 512 tokens. */
final class LongTexts {

    private LongTexts() {}

    /**
     * Embeds and prints {@code peak KILOBYTES}.
     *
     * @param args the model's folder
     * @throws IOException if the model cannot be read
     */
    public static void main(String[] args) throws IOException {
        try (TaskModel model = TaskFixture.load(Task.TEXT_EMBEDDING, Path.of(args[0]))) {
            new TextEmbedder(model).embed(Collections.nCopies(16, "word ".repeat(600)));
        }
        Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM"))
                .forEach(line -> System.out.println("peak " + line.replaceAll("\\D", "")));
    }
}

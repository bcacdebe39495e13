package org.attn4j.models.task;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.attn4j.models.model.Pretrained;
import org.attn4j.testkit.TestEngine;

/**
 * Small random models with tokenizers, and what the pipelines of transformers 5.18 and
 * sentence-transformers 6.0 give for texts ({@code expected.json}). Question answering, which these
 * have no more, follows the rules of transformers 4.37.
 */
public final class TaskFixture {

    private static final Path RESOURCES = Path.of("src/test/resources/goldens/tasks");

    private TaskFixture() {}

    /** The folders among the resources, and those in the folder that -Dattn4j.tasks names. */
    static List<Path> all() throws IOException {
        List<Path> folders = new ArrayList<>();
        String others = System.getProperty("attn4j.tasks");
        for (Path root : others == null ? List.of(RESOURCES) : List.of(Path.of(others))) {
            try (Stream<Path> children = Files.list(root)) {
                children.filter(child -> Files.exists(child.resolve("expected.json")))
                        .sorted()
                        .forEach(folders::add);
            }
        }
        return folders;
    }

    public static Path named(String name) {
        return RESOURCES.resolve(name);
    }

    static List<JsonObject> cases(Path folder) throws IOException {
        JsonObject expected =
                JsonParser.parseString(Files.readString(folder.resolve("expected.json")))
                        .getAsJsonObject();
        return expected.getAsJsonArray("cases").asList().stream()
                .map(JsonElement::getAsJsonObject)
                .toList();
    }

    static TaskModel load(Task task, Path folder) throws IOException {
        return TaskModel.load(task, folder, Pretrained.loader().optEngine(TestEngine.name()));
    }

    static TaskModel load(Task task, String name) throws IOException {
        return load(task, named(name));
    }
}

package org.attn4j.testkit;

import ai.djl.ndarray.NDArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Results kept in {@code src/test/resources/expected}, which every engine must give again. With the
 * property {@code attn4j.record} they are written anew.
 */
public final class Expected {

    private static final Path FOLDER = Path.of("src/test/resources/expected");

    private final String name;

    private Expected(String name) {
        this.name = name;
    }

    public static Expected of(Class<?> test) {
        return new Expected(
                test.getName().substring(test.getPackageName().length() + 1).replace('$', '.'));
    }

    public void check(String what, NDArray actual, double tolerance) {
        Path file = FOLDER.resolve(name + "." + what + ".txt");
        float[] values = actual.toFloatArray();
        try {
            if (Boolean.getBoolean("attn4j.record")) {
                Files.createDirectories(FOLDER);
                Files.writeString(file, text(actual, values));
            }
            Numbers.assertClose(
                    name + ", " + what,
                    numbers(Files.readString(file)),
                    values,
                    tolerance,
                    tolerance);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "cannot use " + file + "; -Dattn4j.record=true writes what is computed now", e);
        }
    }

    private static String text(NDArray array, float[] values) {
        int width = (int) array.getShape().get(array.getShape().dimension() - 1);
        StringBuilder text = new StringBuilder();
        for (int from = 0; from < values.length; from += width) {
            text.append(Arrays.stream(boxed(values, from, width)).collect(Collectors.joining(" ")))
                    .append('\n');
        }
        return text.toString();
    }

    private static String[] boxed(float[] values, int from, int count) {
        String[] words = new String[count];
        for (int i = 0; i < count; i++) {
            words[i] = String.format(Locale.ROOT, "%.6g", values[from + i]);
        }
        return words;
    }

    private static float[] numbers(String text) {
        String[] words = text.trim().split("\\s+");
        float[] values = new float[words.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.parseFloat(words[i]);
        }
        return values;
    }
}

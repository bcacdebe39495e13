package org.attn4j.cli.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The names of rows and columns.
 *
 * @param queries what looks
 * @param keys what is looked at
 */
record Labels(List<String> queries, List<String> keys) {

    private static final String PARTS = ", ";

    /** The names where one of the queries alone is at work. */
    Labels ofQuery(int number) {
        return queries.size() <= 1 ? this : new Labels(List.of(queries.get(number)), keys);
    }

    /**
     * Names for one side of a table.
     *
     * @param kind what they name: {@code query}, {@code key}, {@code feature}; {@code number} and
     *     {@code age}, which are counted from 0; {@code distance}, from the largest to 0; several
     *     names with commas, each of which has one or as many features; or any other name, which
     *     gets numbers
     * @param size how many
     */
    List<String> of(String kind, int size) {
        if (kind.contains(PARTS)) {
            return parts(List.of(kind.split(PARTS)), size);
        }
        return switch (kind) {
            case "query" -> size == 1 && queries.size() > 1 ? List.of("every query") : queries;
            case "key" -> keys(size);
            case "feature" -> numbered("", size);
            case "number", "age" -> counted(kind, IntStream.range(0, size));
            case "distance" -> counted(kind, IntStream.range(0, size).map(i -> size - 1 - i));
            default -> size == 1 ? List.of(kind) : numbered(kind + " ", size);
        };
    }

    private static List<String> parts(List<String> names, int size) {
        int each = size / names.size();
        return names.stream()
                .flatMap(name -> each == 1 ? Stream.of(name) : numbered(name + " ", each).stream())
                .toList();
    }

    private static List<String> counted(String kind, IntStream numbers) {
        return numbers.mapToObj(i -> kind + " " + i).toList();
    }

    private List<String> keys(int size) {
        List<String> names = new ArrayList<>(keys);
        for (int i = keys.size(); i < size; i++) {
            names.add("learned " + (i - keys.size() + 1)); // persistent vectors
        }
        return names;
    }

    static List<String> numbered(String prefix, int size) {
        return IntStream.rangeClosed(1, size).mapToObj(i -> prefix + i).toList();
    }
}

package org.attn4j.cli.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The names of rows and columns.
 *
 * @param queries what looks
 * @param keys what is looked at
 */
record Labels(List<String> queries, List<String> keys) {

    /** The names where one of the queries alone is at work. */
    Labels ofQuery(int number) {
        return queries.size() <= 1 ? this : new Labels(List.of(queries.get(number)), keys);
    }

    /** Names for one side of a table. */
    List<String> of(String kind, int size) {
        return switch (kind) {
            case "query" -> size == 1 && queries.size() > 1 ? List.of("every query") : queries;
            case "key" -> keys(size);
            case "feature" -> numbered("", size);
            default -> size == 1 ? List.of(kind) : numbered(kind + " ", size);
        };
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

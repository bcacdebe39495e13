package org.attn4j.cli.explain;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.cli.report.NumberTable;

/** Tables of arrays: one for each matrix. */
final class Tables {

    private Tables() {}

    /** Rows of features. */
    static List<NumberTable> of(String symbol, List<String> rows, NDArray values) {
        Recording.Told told = Recording.Told.of("", symbol, values);
        return of(symbol, rows, Labels.numbered("", told.matrix(0)[0].length), told);
    }

    /** Some tables, and then others. */
    static List<NumberTable> joined(List<List<NumberTable>> tables) {
        return tables.stream().flatMap(List::stream).toList();
    }

    /** What was told, one table for each head. */
    static List<NumberTable> of(
            String symbol, List<String> rows, List<String> columns, Recording.Told told) {
        List<NumberTable> tables = new ArrayList<>();
        for (int i = 0; i < told.count(); i++) {
            String caption = told.count() == 1 ? symbol : "%s, head %s".formatted(symbol, i + 1);
            tables.add(NumberTable.of(caption, rows, columns, told.matrix(i)));
        }
        return tables;
    }
}

package org.attn4j.datasets;

/** The columns of a line of tab-separated values. */
final class TsvLine {

    private final String[] columns;

    TsvLine(String line) {
        columns = line.split("\t", -1);
    }

    /** The column of a number, counted from 1. */
    String at(int column, String place) throws CorpusException {
        if (columns.length < column) {
            throw new CorpusException(
                    "%s has %s%s, but column %s is asked for: columns are separated by tabs"
                            .formatted(
                                    place,
                                    columns.length,
                                    columns.length == 1 ? " column" : " columns",
                                    column));
        }
        return columns[column - 1];
    }

    /** The number of the column with this text, counted from 1; 0 for none. */
    int indexOf(String text) {
        for (int i = 0; i < columns.length; i++) {
            if (columns[i].strip().equals(text)) {
                return i + 1;
            }
        }
        return 0;
    }

    @Override
    public String toString() {
        return String.join(", ", columns);
    }
}

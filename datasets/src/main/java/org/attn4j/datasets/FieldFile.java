package org.attn4j.datasets;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.attn4j.common.Require;

/**
 * A file with a record of named fields on each line, UTF-8, plain or gzip: JSON lines if its name
 * ends in {@code .jsonl} or {@code .json} (before {@code .gz}), else tab-separated values. Blank
 * lines are passed over.
 *
 * <p>A field of JSON lines is a key, or a path of keys as in {@link JsonLinesCorpus}. A field of
 * tab-separated values is the number of a column, counted from 1 as by {@code cut}, or the name
 * that the first line gives it; tabs separate and nothing is quoted.
 *
 * @param path the file
 * @param fields the fields that are wanted of each line
 * @param header whether the first line of tab-separated values holds names even if no field is
 *     asked for by name
 * @param limit how long a line may be
 */
public record FieldFile(Path path, List<String> fields, boolean header, LineLimit limit) {

    public FieldFile {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(limit, "limit");
        fields = List.copyOf(fields);
        Require.that(
                !fields.isEmpty() && fields.stream().noneMatch(String::isBlank),
                "fields must be named, got fields=%s",
                fields);
        for (String field : fields) {
            Require.that(
                    !isNumber(field) || column(field) >= 1,
                    "columns are counted from 1, got %s",
                    field);
        }
    }

    /**
     * Returns a file without a line of names that are not asked for, with the default limit on
     * lines.
     *
     * @param path the file
     * @param fields the fields that are wanted of each line
     * @return the file
     */
    public static FieldFile of(Path path, String... fields) {
        return new FieldFile(path, List.of(fields), false, LineLimit.DEFAULT);
    }

    /**
     * A record of the file: the fields that were asked for, as they are written.
     *
     * @param place the file and the line, for messages
     * @param values the values of each field; several only of a list in JSON lines
     */
    public record Line(String place, Map<String, List<String>> values) {

        public Line {
            Objects.requireNonNull(place, "place");
            values = Map.copyOf(values);
        }

        /**
         * Returns a field.
         *
         * @param field one of the fields that were asked for
         * @return its text
         * @throws CorpusException if it is a list of JSON lines that has not one value
         */
        public String text(String field) throws CorpusException {
            List<String> all = values.get(field);
            if (all.size() != 1) {
                throw new CorpusException(
                        "%s has %s values in the field \"%s\": one is wanted"
                                .formatted(place, all.size(), field));
            }
            return all.get(0);
        }

        /**
         * Returns a field as a number.
         *
         * @param field one of the fields that were asked for
         * @return the number
         * @throws CorpusException if it is no finite number
         */
        public double number(String field) throws CorpusException {
            String text = text(field);
            try {
                double number = Double.parseDouble(text.strip());
                if (Double.isFinite(number)) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // told below
            }
            throw new CorpusException(
                    "%s has no number in the field \"%s\", but '%s'".formatted(place, field, text));
        }
    }

    /**
     * Opens the records, in order, from the first. Reading errors met on the way arrive as {@link
     * UncheckedIOException}.
     *
     * @return a sequential stream that holds the file open: close it
     * @throws IOException if the file cannot be opened
     */
    public Stream<Line> open() throws IOException {
        return LineRecords.open(path, limit, isJson() ? this::ofJson : new Table()::parse);
    }

    /**
     * Reads all records into memory.
     *
     * @return the records, at least one
     * @throws IOException if the file cannot be read, or a line lacks a field
     */
    public List<Line> readAll() throws IOException {
        try (Stream<Line> lines = open()) {
            return lines.toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private boolean isJson() {
        String name = path.getFileName().toString().replaceFirst("\\.gz$", "");
        return name.endsWith(".jsonl") || name.endsWith(".json");
    }

    private Line ofJson(String line, LineReader reader) throws CorpusException {
        if (line.isBlank()) {
            return null;
        }
        JsonLine object = JsonLine.of(line, reader.place());
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (String field : fields) {
            values.put(field, object.values(field));
        }
        return new Line(reader.place(), values);
    }

    private static boolean isNumber(String field) {
        return field.matches("[0-9]{1,9}");
    }

    private static int column(String field) {
        return Integer.parseInt(field);
    }

    /** Finds the columns when it comes to the first line. */
    private final class Table {

        private List<Integer> columns;

        private Line parse(String text, LineReader reader) throws CorpusException {
            if (text.isBlank()) {
                return null;
            }
            TsvLine line = new TsvLine(text);
            if (columns == null) {
                columns = columns(line, reader.place());
                if (header || !fields.stream().allMatch(FieldFile::isNumber)) {
                    return null;
                }
            }
            Map<String, List<String>> values = new LinkedHashMap<>();
            for (int i = 0; i < fields.size(); i++) {
                values.put(fields.get(i), List.of(line.at(columns.get(i), reader.place())));
            }
            return new Line(reader.place(), values);
        }

        private List<Integer> columns(TsvLine first, String place) throws CorpusException {
            List<Integer> found = new ArrayList<>();
            for (String field : fields) {
                int column = isNumber(field) ? column(field) : first.indexOf(field);
                if (column == 0) {
                    throw new CorpusException(
                            "%s names no column \"%s\": its columns are %s"
                                    .formatted(place, field, first));
                }
                found.add(column);
            }
            return found;
        }
    }
}

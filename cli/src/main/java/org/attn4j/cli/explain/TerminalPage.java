package org.attn4j.cli.explain;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.cli.io.Wrapping;
import org.attn4j.cli.report.NumberTable;
import org.attn4j.cli.report.Section;

/** Prints an explanation: headings, sentences, equations and aligned tables. */
final class TerminalPage {

    private static final int WIDTH = 100;
    private static final String INDENT = "    ";
    private static final String GAP = "  ";

    private final PrintWriter out;

    TerminalPage(PrintWriter out) {
        this.out = out;
    }

    void print(Explanation explanation) {
        out.println(explanation.title());
        out.println("=".repeat(explanation.title().length()));
        int number = 1;
        for (Section.Worked step : explanation.steps()) {
            out.println();
            out.println(number++ + ". " + step.title());
            out.println();
            for (String sentence : step.sentences()) {
                Wrapping.lines(sentence, WIDTH).forEach(out::println);
            }
            if (!step.equation().isEmpty()) {
                out.println();
                Wrapping.lines(step.equation(), WIDTH - INDENT.length())
                        .forEach(line -> out.println(INDENT + line));
            }
            step.tables().forEach(this::print);
        }
    }

    private void print(NumberTable table) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(row("", table.columns()));
        String[][] texts = table.texts();
        for (int i = 0; i < texts.length; i++) {
            rows.add(row(table.rows().get(i), List.of(texts[i])));
        }
        int[] widths = new int[table.columns().size() + 1];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], length(row.get(i)));
            }
        }
        out.println();
        out.println(INDENT + table.caption());
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder(INDENT);
            line.append(row.get(0)).append(blank(widths[0] - length(row.get(0))));
            for (int i = 1; i < widths.length; i++) {
                line.append(GAP).append(blank(widths[i] - length(row.get(i)))).append(row.get(i));
            }
            out.println(line.toString().stripTrailing());
        }
    }

    private static List<String> row(String name, List<String> cells) {
        List<String> row = new ArrayList<>(List.of(name));
        row.addAll(cells);
        return row;
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    private static String blank(int count) {
        return " ".repeat(count);
    }
}

package org.attn4j.cli.report;

import java.util.Locale;

/** Draws what heads do to a score as SVG. */
final class HeadMaps {

    private static final int CELL_WIDTH = 66;
    private static final int CELL_HEIGHT = 28;
    private static final int LEFT = 70;
    private static final int TOP = 26;

    /**
     * The ends and the middle of ColorBrewer's PuOr and RdBu that people of all colour visions tell
     * apart, and that dark writing can be read on.
     */
    private static final int[] WORSE = {0xf1, 0xa3, 0x40};

    private static final int[] SAME = {0xf7, 0xf7, 0xf7};
    private static final int[] BETTER = {0x67, 0xa9, 0xcf};

    private HeadMaps() {}

    /**
     * Draws a map.
     *
     * @param map the heads
     * @param most the harm or gain that has the full colour
     */
    static String draw(Section.HeadMap map, double most) {
        int rows = 1 + map.cells().stream().mapToInt(Section.HeadCell::layer).max().orElse(0);
        int columns = 1 + map.cells().stream().mapToInt(Section.HeadCell::head).max().orElse(0);
        int width = LEFT + CELL_WIDTH * columns + 2;
        int height = TOP + CELL_HEIGHT * rows + 2;
        StringBuilder svg = new StringBuilder();
        svg.append(
                format(
                        "<svg xmlns='http://www.w3.org/2000/svg' width='%s' height='%s'"
                                + " viewBox='0 0 %s %s' role='img' aria-label='%s'>",
                        width, height, width, height, Report.escape(map.title())));
        for (int head = 0; head < columns; head++) {
            svg.append(
                    label(LEFT + CELL_WIDTH * head + CELL_WIDTH / 2, 17, "middle", "head", head));
        }
        for (int layer = 0; layer < rows; layer++) {
            svg.append(label(LEFT - 8, TOP + CELL_HEIGHT * layer + 18, "end", "layer", layer));
        }
        map.cells().forEach(cell -> svg.append(cell(cell, most)));
        return svg.append("</svg>").toString();
    }

    private static String label(int x, int y, String anchor, String what, int number) {
        return format(
                "<text x='%s' y='%s' font-size='12' text-anchor='%s'>%s %s</text>",
                x, y, anchor, what, number);
    }

    private static String cell(Section.HeadCell cell, double most) {
        int x = LEFT + CELL_WIDTH * cell.head();
        int y = TOP + CELL_HEIGHT * cell.layer();
        String text = Report.escape(cell.text());
        return format(
                "<g><rect class='grid' x='%s' y='%s' width='%s' height='%s' fill='%s'/>"
                        + "<text x='%s' y='%s' font-size='12' text-anchor='middle'"
                        + " style='fill:#1c2430'>%s</text>"
                        + "<title>layer %s, head %s: %s</title></g>",
                x,
                y,
                CELL_WIDTH,
                CELL_HEIGHT,
                colour(cell.harm(), most),
                x + CELL_WIDTH / 2,
                y + 18,
                text,
                cell.layer(),
                cell.head(),
                text);
    }

    /** Between the colour of no change and that of an end. */
    static String colour(double harm, double most) {
        double share = most > 0 && Double.isFinite(harm) ? Math.min(1, Math.abs(harm) / most) : 0;
        int[] end = harm > 0 ? WORSE : BETTER;
        StringBuilder colour = new StringBuilder("#");
        for (int i = 0; i < 3; i++) {
            colour.append(format("%02x", Math.round(SAME[i] + share * (end[i] - SAME[i]))));
        }
        return colour.toString();
    }

    /** SVG wants decimal points whatever the machine's language. */
    private static String format(String pattern, Object... arguments) {
        return String.format(Locale.ROOT, pattern, arguments);
    }
}

package org.attn4j.retrieval.document;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.attn4j.models.checkpoint.ModelFiles;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.select.NodeFilter;

/**
 * What a browser without scripts shows of a page, its blocks a line or a paragraph each. Nothing is
 * fetched and nothing is run.
 */
final class HtmlPage {

    private static final int MAX_BYTES = 64 << 20;
    private static final Set<String> HIDDEN =
            Set.of("script", "style", "noscript", "template", "head", "svg", "math", "iframe");
    private static final Set<String> CELLS = Set.of("td", "th");
    private static final Set<String> LINES = Set.of("br", "li", "tr", "dt", "dd", "option");

    private HtmlPage() {}

    static void read(Path file, String source, DocumentReader.Consumer consumer)
            throws IOException {
        byte[] bytes = ModelFiles.read(file, MAX_BYTES);
        var page = Jsoup.parse(new ByteArrayInputStream(bytes), null, "");
        Text text = new Text();
        text.filter(page);
        consumer.accept(new Document(source, "", page.title(), text.shown()));
    }

    /** The text of a page, white space as it is shown. */
    private static final class Text implements NodeFilter {

        private final StringBuilder text = new StringBuilder();

        void filter(Element page) {
            page.filter(this);
        }

        String shown() {
            return text.toString().strip();
        }

        @Override
        public FilterResult head(Node node, int depth) {
            if (node instanceof TextNode words) {
                append(words);
            } else if (node instanceof Element element) {
                boolean hidden = HIDDEN.contains(element.normalName()) || element.hasAttr("hidden");
                if (hidden) {
                    return FilterResult.SKIP_ENTIRELY;
                }
                breakBefore(element);
            }
            return FilterResult.CONTINUE;
        }

        @Override
        public FilterResult tail(Node node, int depth) {
            if (node instanceof Element element && !element.normalName().equals("br")) {
                breakBefore(element);
            }
            return FilterResult.CONTINUE;
        }

        private void append(TextNode words) {
            Element parent = words.parent();
            boolean asWritten = parent != null && parent.closest("pre, textarea") != null;
            String shown = asWritten ? words.getWholeText() : words.text();
            boolean spaceBefore =
                    text.isEmpty() || Character.isWhitespace(text.charAt(text.length() - 1));
            text.append(!asWritten && spaceBefore ? shown.stripLeading() : shown);
        }

        private void breakBefore(Element element) {
            if (CELLS.contains(element.normalName())) {
                boolean apart = text.isEmpty() || text.charAt(text.length() - 1) <= ' ';
                text.append(apart ? "" : " ");
            } else if (LINES.contains(element.normalName())) {
                lineEnds(1);
            } else if (element.isBlock()) {
                lineEnds(2);
            }
        }

        /** Ends the line, or the paragraph, unless it has ended. */
        private void lineEnds(int wanted) {
            int end = text.length();
            while (end > 0 && Character.isWhitespace(text.charAt(end - 1))) {
                end--;
            }
            int had = (int) text.chars().skip(end).filter(it -> it == '\n').count();
            text.setLength(end);
            if (end > 0) {
                text.append("\n".repeat(Math.max(wanted, Math.min(had, 2))));
            }
        }
    }
}

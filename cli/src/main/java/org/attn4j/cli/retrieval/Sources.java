package org.attn4j.cli.retrieval;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attn4j.retrieval.Hit;
import org.attn4j.retrieval.Passage;

/** How a passage is named and shown. */
final class Sources {

    private static final int SNIPPET = 160;

    private Sources() {}

    /** The file, by its path from here if it is below, the document in it, and the positions. */
    static String shown(Passage passage) {
        Path file = Path.of(passage.source());
        Path here = Path.of("").toAbsolutePath();
        String path = (file.startsWith(here) ? here.relativize(file) : file).toString();
        String id = passage.id().isEmpty() ? "" : "#" + passage.id();
        return "%s%s:%s-%s".formatted(path, id, passage.start(), passage.end());
    }

    /** The beginning of a passage, on one line. */
    static String snippet(Passage passage) {
        String line = passage.text().replaceAll("\\s+", " ");
        if (line.length() <= SNIPPET) {
            return line;
        }
        int end = line.lastIndexOf(' ', SNIPPET);
        int cut =
                end > SNIPPET / 2
                        ? end
                        : line.offsetByCodePoints(0, line.codePointCount(0, SNIPPET) - 1);
        return line.substring(0, cut) + " …";
    }

    static Map<String, Object> document(Hit hit) {
        Passage passage = hit.passage();
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("score", hit.score());
        document.put("source", passage.source());
        if (!passage.id().isEmpty()) {
            document.put("id", passage.id());
        }
        if (!passage.title().isEmpty()) {
            document.put("title", passage.title());
        }
        document.put("start", passage.start());
        document.put("end", passage.end());
        document.put("text", passage.text());
        return document;
    }
}

package org.attn4j.visual;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

/** Puts the page together: the frame, its style, its scripts and the data. */
final class PageText {

    /** In the order in which they run; they share one scope. */
    private static final List<String> SCRIPTS =
            List.of(
                    "data.js",
                    "axes.js",
                    "colours.js",
                    "dom.js",
                    "state.js",
                    "reading.js",
                    "heatmap.js",
                    "heads.js",
                    "matrix.js",
                    "model.js",
                    "flow.js",
                    "neuron.js",
                    "rollout.js",
                    "difference.js",
                    "paper.js",
                    "controls.js",
                    "main.js");

    private PageText() {}

    /** The data is in JSON without {@code <}, so that nothing in it can end its element. */
    static String html(String title, String json) {
        String style = resource("page.css");
        String script =
                SCRIPTS.stream()
                        .map(PageText::resource)
                        .collect(
                                Collectors.joining(
                                        "\n", "\"use strict\";\n(() => {\n", "\n})();\n"));
        return filled(
                resource("page.html"),
                List.of(
                        "{{policy}}", policy(style, script),
                        "{{title}}", escaped(title),
                        "{{style}}", style,
                        "{{data}}", json,
                        "{{script}}", script));
    }

    /** Fills each place once, from front to back, so that no content is taken for a place. */
    private static String filled(String frame, List<String> placesAndContents) {
        StringBuilder text = new StringBuilder();
        int begin = 0;
        for (int i = 0; i < placesAndContents.size(); i += 2) {
            String place = placesAndContents.get(i);
            int at = frame.indexOf(place, begin);
            text.append(frame, begin, at).append(placesAndContents.get(i + 1));
            begin = at + place.length();
        }
        return text.append(frame, begin, frame.length()).toString();
    }

    /** Nothing is loaded, and only the page's own style and script run. */
    private static String policy(String style, String script) {
        return "default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'"
                .formatted(hash(style), hash(script));
    }

    private static String hash(String text) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    static String iframe(String title, String html) {
        return "<iframe title=\"%s\" sandbox=\"allow-scripts\" width=\"100%%\" height=\"720\" srcdoc=\"%s\"></iframe>"
                .formatted(escaped(title), escaped(html));
    }

    /** Text within an element or an attribute, of HTML or SVG. */
    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    private static String resource(String name) {
        try (InputStream in = PageText.class.getResourceAsStream(name)) {
            // a checkout on Windows may bring CR, which HTML parsers drop and a hash sees
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

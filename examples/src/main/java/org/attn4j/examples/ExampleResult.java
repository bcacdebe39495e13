package org.attn4j.examples;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.visual.AttentionPage;

/**
 * What an example showed.
 *
 * @param figures the figures by name, in the order to show them: numbers, texts, lists or maps of
 *     such
 * @param lines what a person reads, small pictures in text included
 * @param reached whether the figures are what the example promises in its full form
 * @param page what the trained blocks attend to in new inputs
 */
public record ExampleResult(
        Map<String, Object> figures, List<String> lines, boolean reached, AttentionPage page) {

    public ExampleResult {
        figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
        lines = List.copyOf(lines);
    }
}

package org.attn4j.cli.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class YamlFileTest {

    @Test
    void setReplacesValuesAndMakesSections() {
        Map<String, Object> tree = YamlFile.parse("seed: 5", "c.yaml");
        YamlFile.set(tree, "inner.heads=4");
        YamlFile.set(tree, "metrics=[chrf, ter]");
        YamlFile.set(tree, "name=C: D");
        assertEquals(
                Map.of(
                        "seed",
                        5,
                        "inner",
                        Map.of("heads", 4),
                        "metrics",
                        List.of("chrf", "ter"),
                        "name",
                        "C: D"),
                tree);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "trianing: {steps: 3}|unknown key 'trianing', did you mean 'training'?",
                "training: {stpes: 3}|unknown key 'training.stpes', did you mean 'training.steps'?",
                "training: {seed: 3}|unknown key 'training.seed'",
                "seed: many|seed must be a whole number, got \"many\"",
                "model: {encoderHeads: 3000000000}|model.encoderHeads must be a whole number of at most",
                "model: 3|model must be a section of keys, got 3",
                "training: {clipNorm: -1}|c.yaml: training: clipNorm must not be negative",
                "a: [|c.yaml: not valid YAML",
                "- 1|must be a section of keys",
                "1: 2|keys must be text, got 1"
            })
    void namesWhatIsWrongAndWhere(String yaml, String expected) {
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> TranslationConfig.bind(YamlFile.parse(yaml, "c.yaml"), "c.yaml"));
        assertTrue(e.getMessage().contains(expected), e.getMessage());
        assertTrue(e.getMessage().startsWith("c.yaml"), e.getMessage());
    }
}

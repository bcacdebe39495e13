package org.attn4j.models.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.attn4j.models.metric.TagScheme.Span;
import org.junit.jupiter.api.Test;

class EntityScoreTest {

    private static List<String> tags(String text) {
        return List.of(text.split(" "));
    }

    private static List<Span> entities(TagScheme scheme, String text) {
        return scheme.entities(tags(text));
    }

    /** The example of seqeval's README: f1 0.50, with both ways of reading IOB2. */
    @Test
    void seqevalsExampleHasItsF1() {
        List<List<String>> right =
                List.of(tags("O O O B-MISC I-MISC I-MISC O"), tags("B-PER I-PER O"));
        List<List<String>> chosen =
                List.of(tags("O O B-MISC I-MISC I-MISC I-MISC O"), tags("B-PER I-PER O"));
        for (TagScheme scheme : List.of(TagScheme.CONLLEVAL, TagScheme.IOB2)) {
            EntityScore score = EntityScore.of(right, chosen, scheme);
            assertEquals(0.5, score.overall().f1(), 1e-12);
            assertEquals(1, score.types().get("PER").f1());
            assertEquals(0, score.types().get("MISC").f1());
            assertEquals(0.5, PrecisionRecall.macroF1(score.types().values()));
            // README: accuracy_score 0.80
            assertEquals(0.8, score.accuracy(), 1e-12);
        }
    }

    /** seqeval's README: f1 1.00 by default, 0.00 in strict mode with IOB2. */
    @Test
    void withoutABeginningNothingIsAnEntityOfStrictIob2() {
        List<List<String>> right = List.of(tags("B-NP I-NP O"));
        List<List<String>> chosen = List.of(tags("I-NP I-NP O"));
        assertEquals(1, EntityScore.of(right, chosen, TagScheme.CONLLEVAL).overall().f1());
        assertEquals(0, EntityScore.of(right, chosen, TagScheme.IOB2).overall().f1());
    }

    @Test
    void iob1BeginsWithBOnlyBehindTheSameType() {
        assertEquals(
                List.of(
                        new Span("LOC", 0, 2),
                        new Span("LOC", 2, 3),
                        new Span("PER", 3, 4),
                        new Span("PER", 5, 6)),
                entities(TagScheme.CONLLEVAL, "I-LOC I-LOC B-LOC I-PER O I-PER"));
    }

    @Test
    void bioesIsReadLenientlyAndStrictly() {
        String tags = "S-PER B-LOC I-LOC E-LOC O B-ORG I-ORG O S-PER S-PER E-X B-X E-Y";
        assertEquals(
                List.of(
                        new Span("PER", 0, 1),
                        new Span("LOC", 1, 4),
                        new Span("ORG", 5, 7),
                        new Span("PER", 8, 9),
                        new Span("PER", 9, 10),
                        new Span("X", 10, 11),
                        new Span("X", 11, 12),
                        new Span("Y", 12, 13)),
                entities(TagScheme.CONLLEVAL, tags));
        assertEquals(
                List.of(
                        new Span("PER", 0, 1),
                        new Span("LOC", 1, 4),
                        new Span("PER", 8, 9),
                        new Span("PER", 9, 10)),
                entities(TagScheme.BIOES, tags));
    }

    @Test
    void typesMayHaveHyphensOrBeLeftOut() {
        assertEquals(
                List.of(new Span("work-of-art", 0, 2)),
                entities(TagScheme.IOB2, "B-work-of-art I-work-of-art"));
        assertEquals(List.of(new Span("", 1, 3)), entities(TagScheme.CONLLEVAL, "O B I"));
    }

    @Test
    void aTypeThatWasOnlyFoundCountsAgainstPrecision() {
        EntityScore score =
                EntityScore.of(
                        List.of(tags("B-A O O")), List.of(tags("B-A B-B O")), TagScheme.CONLLEVAL);
        assertEquals(new PrecisionRecall(1, 2, 1), score.overall());
        assertEquals(new PrecisionRecall(0, 1, 0), score.types().get("B"));
        assertEquals(2.0 / 3, score.accuracy(), 1e-12);
    }

    @Test
    void tagsOfNoSchemeAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> entities(TagScheme.CONLLEVAL, "O NOUN"));
        assertThrows(IllegalArgumentException.class, () -> entities(TagScheme.IOB2, "S-PER"));
    }
}

package org.attn4j.datasets.grammar;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** The words of the grammar, from its resources. Not for several threads. */
final class Lexicon {

    private final List<Noun> nouns = rows("nouns.txt").map(Lexicon::noun).toList();
    private final List<Adjective> adjectives =
            rows("adjectives.txt").map(Lexicon::adjective).toList();
    private final List<Verb> verbs = rows("verbs.txt").map(Lexicon::verb).toList();
    private final Map<Set<String>, List<Noun>> nounsByKind = new HashMap<>();
    private final Map<Noun, List<Adjective>> adjectivesByNoun = new IdentityHashMap<>();

    /** The nouns of any of the kinds. */
    List<Noun> nouns(Set<String> kinds) {
        return nounsByKind.computeIfAbsent(
                kinds, some -> nouns.stream().filter(noun -> noun.isAnyOf(some)).toList());
    }

    List<Adjective> adjectives() {
        return adjectives;
    }

    /** The adjectives that go with the noun. */
    List<Adjective> adjectives(Noun noun) {
        return adjectivesByNoun.computeIfAbsent(
                noun, some -> adjectives.stream().filter(word -> word.suits(some)).toList());
    }

    /** The verbs of the construction. */
    List<Verb> verbs(Verb.Construction... constructions) {
        Set<Verb.Construction> wanted = Set.of(constructions);
        return verbs.stream().filter(verb -> wanted.contains(verb.construction())).toList();
    }

    private static Stream<String[]> rows(String resource) {
        try (BufferedReader reader =
                new BufferedReader(
                        new InputStreamReader(
                                Objects.requireNonNull(
                                        Lexicon.class.getResourceAsStream(resource), resource),
                                StandardCharsets.UTF_8))) {
            return reader
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> line.strip().split("\\s*\\|\\s*", -1))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Noun noun(String[] row) {
        String[] english = row[0].split("/");
        String[] french = row[1].split("/");
        return new Noun(
                english[0],
                english.length > 1 ? english[1] : english[0] + "s",
                french[0],
                french.length > 1 ? french[1] : french[0] + "s",
                row[2].equals("f") ? Gender.FEMININE : Gender.MASCULINE,
                words(row[3]));
    }

    private static Adjective adjective(String[] row) {
        String[] english = row[0].split("/");
        String[] masculine = row[1].split("/");
        List<String> comparative =
                english.length == 1
                        ? List.of("more", english[0])
                        : english[1].equals("-") ? List.of() : List.of(english[1]);
        return new Adjective(
                english[0],
                comparative,
                masculine[0],
                masculine.length > 1 ? masculine[1] : masculine[0],
                row[2],
                row[3].equals("before"),
                words(row[4]));
    }

    private static Verb verb(String[] row) {
        String[] english = row[0].split("/");
        String[] construction = row[5].split(" ");
        Set<String> remarks = words(row[8]);
        EnglishVerb regular = EnglishVerb.regular(english[0]);
        EnglishVerb forms =
                new EnglishVerb(
                        english[0],
                        english.length > 1 ? english[1] : regular.third(),
                        english.length > 2 ? english[2] : regular.past());
        return new Verb(
                forms,
                french(row, remarks.contains("être")),
                Verb.Construction.valueOf(construction[0].toUpperCase(Locale.ROOT)),
                construction.length > 1 ? construction[1] : "",
                words(row[6]),
                words(row[7]),
                remarks.contains("state"),
                remarks);
    }

    private static FrenchVerb french(String[] row, boolean withEtre) {
        if (row[2].isEmpty()) {
            return FrenchVerb.regular(row[1], withEtre);
        }
        return new FrenchVerb(row[1], List.of(row[2].split(" ")), row[3], row[4], withEtre);
    }

    private static Set<String> words(String text) {
        return text.isBlank() ? Set.of() : Set.of(text.split(" "));
    }
}

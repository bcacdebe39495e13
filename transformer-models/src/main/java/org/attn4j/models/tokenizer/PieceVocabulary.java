package org.attn4j.models.tokenizer;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attn4j.common.Require;

/** The tokens and ids of a model whose texts SentencePiece segments. */
final class PieceVocabulary {

    private final List<String> tokens = new ArrayList<>();
    private final Map<String, Integer> ids = new HashMap<>();
    private final Map<String, SpecialToken> found = new LinkedHashMap<>();
    private final Set<String> special = new HashSet<>();

    /** Adds tokens with the next ids. */
    PieceVocabulary add(Collection<String> more) {
        more.forEach(token -> put(token, tokens.size()));
        return this;
    }

    void put(String token, int id) {
        Require.that(id >= 0 && id <= 1 << 24, "the id of %s is out of range: %s", token, id);
        while (tokens.size() <= id) {
            tokens.add(null);
        }
        tokens.set(id, token);
        ids.putIfAbsent(token, id);
    }

    /** Lets a token be found in texts; it gets the next id if it has none. */
    void find(SpecialToken token) {
        int length = token.content().length();
        Require.that(
                length <= NativeGuard.LONGEST_TOKEN,
                "an added token must be at most %s characters, got %s",
                NativeGuard.LONGEST_TOKEN,
                length);
        if (!ids.containsKey(token.content())) {
            put(token.content(), tokens.size());
        }
        found.putIfAbsent(token.content(), token);
        if (token.special()) {
            special.add(token.content());
        }
    }

    /** Returns the tokens that are found in texts before they are segmented. */
    Collection<SpecialToken> found() {
        return Collections.unmodifiableCollection(found.values());
    }

    boolean isSpecial(String token) {
        return special.contains(token);
    }

    /** Returns the id of a token, or -1. */
    int id(String token) {
        return ids.getOrDefault(token, -1);
    }

    int require(String token) {
        int id = id(token);
        Require.that(id >= 0, "the special token %s must be in the vocabulary, and is not", token);
        return id;
    }

    /** Returns the token of an id, or null. */
    String token(long id) {
        return id < 0 || id >= tokens.size() ? null : tokens.get((int) id);
    }

    int size() {
        return tokens.size();
    }
}

package org.attn4j.models.tokenizer;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.checkpoint.ModelFiles;

/** Finds out which tokens of somebody's vocabulary are the special ones. */
final class SpecialTokenNames {

    private static final List<String> FILES =
            List.of("tokenizer_config.json", "special_tokens_map.json");

    private static final List<String> PAD = List.of("<pad>", "[PAD]", "<blank>");
    private static final List<String> BOS = List.of("<s>", "<bos>", "[BOS]", "[CLS]");
    private static final List<String> EOS =
            List.of("</s>", "<eos>", "[EOS]", "<|endoftext|>", "[SEP]");
    private static final List<String> UNK = List.of("<unk>", "[UNK]");

    private SpecialTokenNames() {}

    /**
     * Reads the names from the files that lie beside a tokenizer.json; null where none is named.
     */
    static SpecialTokens beside(Path tokenizer) throws IOException {
        String pad = null;
        String bos = null;
        String eos = null;
        String unk = null;
        ModelFiles files = ModelFiles.of(tokenizer.toAbsolutePath().getParent());
        for (String name : FILES) {
            if (files.has(name)) {
                JsonObject config = JsonFiles.read(files.file(name));
                pad = pad == null ? name(config, "pad_token") : pad;
                bos = bos == null ? name(config, "bos_token") : bos;
                eos = eos == null ? name(config, "eos_token") : eos;
                unk = unk == null ? name(config, "unk_token") : unk;
            }
        }
        // GPT-2's single special token serves as the unknown too: then it is not a token of its
        // own.
        unk = unk != null && (unk.equals(pad) || unk.equals(bos) || unk.equals(eos)) ? null : unk;
        return new SpecialTokens(pad, bos, eos, unk);
    }

    private static String name(JsonObject config, String key) {
        JsonElement value = config.get(key);
        if (value != null && value.isJsonObject()) {
            value = value.getAsJsonObject().get("content");
        }
        boolean named = value != null && value.isJsonPrimitive() && !value.getAsString().isEmpty();
        return named ? value.getAsString() : null;
    }

    /** Completes what is not named by the usual names that the vocabulary has. */
    static SpecialTokens complete(SpecialTokens named, String modelUnk, Map<String, Integer> ids) {
        String pad = choose(named.pad(), PAD, ids);
        String bos = choose(named.bos(), BOS, ids);
        String eos = choose(named.eos(), EOS, ids);
        String unk = named.unk() == null && ids.containsKey(modelUnk) ? modelUnk : named.unk();
        unk = choose(unk, UNK, ids);
        boolean shared = unk != null && (unk.equals(pad) || unk.equals(bos) || unk.equals(eos));
        return new SpecialTokens(pad, bos, eos, shared ? null : unk);
    }

    /** Finds special tokens by their usual names where nothing names them, by role. */
    static Map<String, String> usual(Segmenter vocabulary) {
        Map<String, List<String>> usual = new LinkedHashMap<>();
        usual.put("pad", PAD);
        usual.put("bos", BOS);
        usual.put("eos", EOS);
        usual.put("unk", UNK);
        usual.put("cls", List.of("[CLS]", "<s>"));
        usual.put("sep", List.of("[SEP]", "</s>"));
        usual.put("mask", List.of("[MASK]", "<mask>"));
        Map<String, String> found = new LinkedHashMap<>();
        usual.forEach(
                (role, names) ->
                        names.stream()
                                .filter(name -> vocabulary.idOf(name) >= 0)
                                .findFirst()
                                .ifPresent(name -> found.put(role, name)));
        return found;
    }

    private static String choose(String named, List<String> usual, Map<String, Integer> ids) {
        if (named != null && ids.containsKey(named)) {
            return named;
        }
        return usual.stream().filter(ids::containsKey).findFirst().orElse(null);
    }
}

package org.attn4j.models.checkpoint.onnx;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.checkpoint.SafetensorsWriter;

/**
 * A sentence-transformers model kept as ONNX: a BERT encoder whose vectors of tokens are pooled and
 * brought to length 1.
 *
 * @param name the model's name on the Hugging Face Hub
 * @param classToken whether a sentence's vector is that of its first token, rather than the mean
 * @param maxTokens the tokens that are read of a sentence
 * @param lowerCase whether the tokenizer makes letters small
 */
public record OnnxSentenceModel(String name, boolean classToken, int maxTokens, boolean lowerCase) {

    private static final String MODULES = "sentence_transformers.models.";

    /** Checks the number of tokens. */
    public OnnxSentenceModel {
        Require.that(maxTokens >= 1, "maxTokens must be at least 1, got %s", maxTokens);
    }

    /**
     * Writes the model as sentence-transformers keeps it.
     *
     * @param onnx the encoder
     * @param tokenizer its {@code tokenizer.json}
     * @param folder the folder, which exists
     * @throws IOException if the encoder cannot be read or a file not be written
     */
    public void write(Path onnx, Path tokenizer, Path folder) throws IOException {
        OnnxEncoder encoder = OnnxEncoder.read(onnx);
        JsonObject config = new JsonObject();
        config.addProperty("_name_or_path", name);
        encoder.config().entrySet().forEach(entry -> config.add(entry.getKey(), entry.getValue()));
        JsonFiles.write(folder.resolve("config.json"), config);
        SafetensorsWriter.builder()
                .optMetadata(Map.of("format", "pt"))
                .build()
                .writeModel(folder, encoder.weights());
        Files.copy(tokenizer, folder.resolve("tokenizer.json"));
        JsonFiles.write(folder.resolve("tokenizer_config.json"), tokenizerConfig());
        JsonFiles.write(folder.resolve("modules.json"), modules());
        Files.createDirectory(folder.resolve("1_Pooling"));
        JsonFiles.write(
                folder.resolve("1_Pooling").resolve("config.json"),
                pooling(config.get("hidden_size").getAsInt()));
        JsonObject sentences = new JsonObject();
        sentences.addProperty("max_seq_length", maxTokens);
        sentences.addProperty("do_lower_case", false);
        JsonFiles.write(folder.resolve("sentence_bert_config.json"), sentences);
    }

    private JsonObject tokenizerConfig() {
        JsonObject config = new JsonObject();
        config.addProperty("tokenizer_class", "BertTokenizer");
        config.addProperty("do_lower_case", lowerCase);
        config.addProperty("model_max_length", maxTokens);
        for (String token : List.of("cls", "sep", "pad", "unk", "mask")) {
            config.addProperty(token + "_token", "[" + token.toUpperCase(Locale.ROOT) + "]");
        }
        config.add("strip_accents", JsonNull.INSTANCE);
        config.addProperty("tokenize_chinese_chars", true);
        return config;
    }

    private static JsonArray modules() {
        JsonArray modules = new JsonArray();
        for (String path : List.of("", "1_Pooling", "2_Normalize")) {
            JsonObject module = new JsonObject();
            String number = String.valueOf(modules.size());
            module.addProperty("idx", modules.size());
            module.addProperty("name", number);
            module.addProperty("path", path);
            String kind = path.isEmpty() ? "Transformer" : path.substring(2);
            module.addProperty("type", MODULES + kind);
            modules.add(module);
        }
        return modules;
    }

    private JsonObject pooling(int size) {
        JsonObject pooling = new JsonObject();
        pooling.addProperty("word_embedding_dimension", size);
        pooling.addProperty("pooling_mode_cls_token", classToken);
        pooling.addProperty("pooling_mode_mean_tokens", !classToken);
        pooling.addProperty("pooling_mode_max_tokens", false);
        pooling.addProperty("pooling_mode_mean_sqrt_len_tokens", false);
        return pooling;
    }
}

package org.attn4j.cli.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A run of each task that trains in seconds: 12 steps, validated at steps 6 and 12, with dropout.
 */
final class TinyRuns {

    private static final Path TEACHER =
            Path.of("../transformer-models/src/test/resources/goldens/tasks/bert_fill_mask");

    private static final Path TEXTS =
            Path.of("../transformer-models/src/test/resources/goldens/generation/texts");
    private static final String T5 = "{from: '%s'}".formatted(TEXTS.resolve("t5_text"));
    private static final String GPT2 = "{from: '%s'}".formatted(TEXTS.resolve("gpt2_text"));
    private static final String BERT_DECODER =
            """
            {from: '%s', freezeEncoder: true, vocabulary: {vocabularySize: 60},
              decoder: {layers: 1, heads: 2, hiddenSize: 24, maxLength: 32}}
            """
                    .formatted(TEACHER);

    private TinyRuns() {}

    /** Writes the data of a run, and says what is given to {@code train}. */
    @FunctionalInterface
    interface Writer {

        /**
         * Writes a run.
         *
         * @param folder where its data and configuration go
         * @return the configuration, a file or a name, and its assignments
         */
        List<String> write(Path folder) throws IOException;
    }

    /** The runs by what they are called. */
    static Map<String, Writer> all() {
        Map<String, Writer> runs = new LinkedHashMap<>();
        runs.put("translation", TinyRuns::translation);
        runs.put("masked-lm", TinyRuns::masked);
        runs.put("causal-lm", TinyRuns::causal);
        runs.put("distillation", TinyRuns::distillation);
        runs.put("recurrent translation", TinyRuns::recurrent);
        runs.put("an adapter", TinyRuns::adapter);
        runs.put("classification", TinyRuns::classification);
        runs.put("tagging", TinyRuns::tagging);
        runs.put("question-answering", TinyRuns::answering);
        runs.put("fine-tuned-translation", folder -> pairs(folder, "translation", T5));
        runs.put("bert-decoder", folder -> pairs(folder, "translation", BERT_DECODER));
        runs.put("summarization", folder -> pairs(folder, "summarization", T5));
        runs.put("continued-summarization", folder -> pairs(folder, "summarization", GPT2));
        runs.put("embedding", TinyRuns::embedding);
        runs.put("an adapter of sentences", TinyRuns::sentenceAdapter);
        runs.put("reranking", TinyRuns::reranking);
        return runs;
    }

    private static List<String> classification(Path folder) throws IOException {
        Files.writeString(
                folder.resolve("data.tsv"), "1\tthe old doctor\n0\tthe company\n".repeat(60));
        return head(folder, "classification", "data.tsv", "bert_classify", "label: '1', text: '2'");
    }

    private static List<String> tagging(Path folder) throws IOException {
        Files.writeString(
                folder.resolve("data.conll"),
                "the O\ndoctor B-PER\n\nmy O\ncompany O\n\n".repeat(60));
        return head(folder, "tagging", "data.conll", "bert_tag", "subwords: first");
    }

    private static List<String> answering(Path folder) throws IOException {
        Files.writeString(
                folder.resolve("data.jsonl"),
                ("{\"id\": \"1\", \"question\": \"who is it\", \"context\": \"the old doctor\","
                                + " \"answer\": \"doctor\", \"answer_start\": 8}\n")
                        .repeat(120));
        return head(folder, "question-answering", "data.jsonl", "bert_answer", "stride: 2");
    }

    private static List<String> head(
            Path folder, String task, String data, String model, String more) throws IOException {
        Path config =
                Files.writeString(
                        folder.resolve("run.yaml"),
                        """
                        task: %s
                        data: {folder: '%s', train: %s, valid: %s, test: %s, %s}
                        model: {from: '%s', config: {hidden_dropout_prob: 0.1}}
                        batching: {tokensPerBatch: 100, maxSentences: 10, maxLength: 40}
                        training: {steps: 12, learningRate: 0.001, warmupSteps: 4, validationInterval: 6}
                        """
                                .formatted(
                                        task,
                                        folder,
                                        data,
                                        data,
                                        data,
                                        more,
                                        Path.of(
                                                        "../transformer-models/src/test/resources/goldens/tasks")
                                                .resolve(model)
                                                .toAbsolutePath()));
        return List.of(config.toString());
    }

    private static List<String> translation(Path folder) {
        return Arrays.asList(
                "copy",
                "data.synthetic.symbols=8",
                "data.synthetic.minLength=2",
                "data.synthetic.maxLength=4",
                "data.synthetic.trainSize=300",
                "data.synthetic.heldOutSize=20",
                "model.modelSize=16",
                "model.encoderHeads=2",
                "model.decoderHeads=2",
                "model.encoderLayers=1",
                "model.decoderLayers=1",
                "model.encoderFeedForwardSize=32",
                "model.decoderFeedForwardSize=32",
                "model.dropout=0.1",
                "batching.tokensPerBatch=120",
                "training.steps=12",
                "training.warmupSteps=4",
                "training.validationInterval=6");
    }

    private static final String TRAINING =
            "training: {steps: 12, warmupSteps: 4, validationInterval: 6}\n";

    private static String texts(Path folder) throws IOException {
        Files.writeString(
                folder.resolve("texts.txt"),
                "the cat sat on the mat\na dog ran\nthe bird sang a song\n".repeat(5));
        return "data: {folder: '%s', train: texts.txt, valid: texts.txt, test: texts.txt}\n"
                .formatted(folder);
    }

    private static List<String> config(Path folder, String yaml) throws IOException {
        return List.of(Files.writeString(folder.resolve("run.yaml"), yaml).toString());
    }

    private static List<String> masked(Path folder) throws IOException {
        return config(
                folder,
                "task: masked-lm\n"
                        + texts(folder)
                        + """
                          tokenizer: {train: {kind: bpe, vocabularySize: 40}}
                          model:
                            config: {model_type: bert, hidden_size: 16, intermediate_size: 32,
                              num_hidden_layers: 1, num_attention_heads: 2, max_position_embeddings: 32}
                          batching: {maxLength: 32, tokensPerBatch: 64}
                          """
                        + TRAINING);
    }

    private static List<String> causal(Path folder) throws IOException {
        return config(
                folder,
                "task: causal-lm\n"
                        + texts(folder)
                        + """
                          tokenizer: {train: {kind: bpe, vocabularySize: 40}}
                          model:
                            config: {model_type: gpt2, n_embd: 16, n_layer: 1, n_head: 2, n_positions: 32}
                          packing: packed
                          batching: {maxLength: 32, tokensPerBatch: 64}
                          """
                        + TRAINING);
    }

    private static List<String> distillation(Path folder) throws IOException {
        return config(
                folder,
                "task: distillation\n"
                        + texts(folder)
                        + """
                          teacher: {from: '%s'}
                          student: {task: masked-lm}
                          batching: {maxLength: 16, tokensPerBatch: 64}
                          """
                                .formatted(TEACHER.toAbsolutePath().normalize())
                        + TRAINING);
    }

    /** With all that is random, or goes from step to step, in a recurrent model. */
    static List<String> recurrent(Path folder) throws IOException {
        Path file =
                Files.writeString(
                        folder.resolve("recurrent.yaml"),
                        """
                        name: small
                        seed: 7
                        data:
                          corpus: copy
                          synthetic: {symbols: 8, minLength: 2, maxLength: 4, trainSize: 300, heldOutSize: 20}
                        tokenizer: {kind: word, vocabularySize: 100, minFrequency: 1}
                        model:
                          family: recurrent
                          attention: coverage
                          embeddingSize: 8
                          encoderSize: 6
                          decoderSize: 10
                          attentionalSize: 8
                          dropout: 0.2
                          coverageLoss: 0.5
                          scheduledSampling: {decay: linear, k: 0.9, slope: 0.02, minimum: 0.3}
                          tie: all
                        batching: {tokensPerBatch: 120, maxLength: 32}
                        training: {steps: 12, warmupSteps: 4, validationInterval: 6, finalWeights: last}
                        decoding: {beams: 2}
                        """);
        return List.of(file.toString());
    }

    /** An adapter in place of the model, which any task may train. */
    private static List<String> adapter(Path folder) throws IOException {
        return config(
                folder,
                "task: masked-lm\n"
                        + texts(folder)
                        + """
                          model:
                            from: '%s'
                            lora: {r: 2, alpha: 4, dropout: 0.1, dora: true}
                          batching: {maxLength: 16, tokensPerBatch: 64}
                          """
                                .formatted(TEACHER.toAbsolutePath().normalize())
                        + TRAINING);
    }

    private static List<String> pairs(Path folder, String task, String model) throws IOException {
        Path file = folder.resolve("pairs.tsv");
        Files.writeString(file, "the cat sat\tla lune\na dog ran\tun chien\n".repeat(5));
        return config(
                folder,
                """
                task: %s
                data: {train: {pairs: '%s'}, valid: {pairs: '%s'}, test: {pairs: '%s'}}
                model: %s
                batching: {maxLength: 32, tokensPerBatch: 64}
                """
                                .formatted(task, file, file, file, model.strip())
                        + TRAINING);
    }

    private static List<String> embedding(Path folder) throws IOException {
        return config(
                folder,
                "task: embedding\n"
                        + pairs(folder)
                        + """
                          sentence: {pooling: [mean], dense: 8, normalize: true}
                          loss: {cachedRows: 2, matryoshka: [8, 4]}
                          negatives: {count: 1, candidates: 2, margin: -2}
                          """);
    }

    private static List<String> sentenceAdapter(Path folder) throws IOException {
        return config(
                folder,
                "task: embedding\n"
                        + pairs(folder)
                                .replaceFirst("'}", "', lora: {r: 2, alpha: 4, dropout: 0.1}}")
                        + "sentence: {pooling: [mean], dense: 8, queryPrompt: 'ask: '}\n");
    }

    private static List<String> reranking(Path folder) throws IOException {
        return config(folder, "task: reranking\n" + pairs(folder) + "negatives: {count: 1}\n");
    }

    /** Three anchors with their positives, and a model to begin with. */
    private static String pairs(Path folder) throws IOException {
        Files.writeString(folder.resolve("pairs.tsv"), "old\tdog\nred\tcity\nriver\train\n");
        return """
               model: {from: '%s'}
               data: {folder: '%s', train: {file: pairs.tsv}, valid: {file: pairs.tsv}}
               batching: {tokensPerBatch: 64, maxLength: 16}
               training: {steps: 12, warmupSteps: 4, validationInterval: 6, metric: ndcg@10}
               """
                .formatted(
                        TEACHER.resolveSibling("bert_sentence").toAbsolutePath().normalize(),
                        folder);
    }
}

package org.attn4j.cli.retrieval;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.ModelDirectory;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.task.Answer;
import org.attn4j.models.task.AnswerOptions;
import org.attn4j.models.task.GenerationRequest;
import org.attn4j.models.task.QuestionAnswerer;
import org.attn4j.models.task.Task;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.task.TextGenerator;
import org.attn4j.retrieval.Hit;

/** Answers questions from passages. */
interface AnswerReader extends AutoCloseable {

    /** Answers from passages, the best first. */
    Reply reply(String question, List<Hit> passages) throws IOException;

    @Override
    void close();

    /** Loads what a model is: what finds answers in texts, or what writes them. */
    static AnswerReader load(
            Path folder, Pretrained.Loader loader, int maxAnswerTokens, int maxNewTokens)
            throws IOException {
        Task task = Task.of(ModelDirectory.open(folder).config());
        Require.that(
                List.of(Task.QUESTION_ANSWERING, Task.TEXT_GENERATION, Task.TRANSLATION)
                        .contains(task),
                "%s is for %s: a reader finds answers in texts (question-answering) or writes them"
                        + " (text-generation)",
                folder,
                task);
        return task == Task.QUESTION_ANSWERING
                ? new Extractive(TaskModel.load(task, folder, loader), maxAnswerTokens)
                : new Generative(TextGenerator.load(folder, loader), maxNewTokens);
    }

    /** The most probable part of a passage, unless "no answer" is more probable in each. */
    final class Extractive implements AnswerReader {

        private final TaskModel model;
        private final AnswerOptions options;

        Extractive(TaskModel model, int maxAnswerTokens) {
            this.model = model;
            options =
                    AnswerOptions.DEFAULT.withImpossible(true).withMaxAnswerTokens(maxAnswerTokens);
        }

        @Override
        public Reply reply(String question, List<Hit> passages) {
            QuestionAnswerer answerer = new QuestionAnswerer(model);
            Reply best = new Reply("", null, null, 0, 0, passages.size());
            for (Hit hit : passages) {
                Answer answer = answerer.answer(question, hit.passage().text(), options).get(0);
                boolean better = best.score() == null || answer.score() > best.score();
                if (!answer.text().isEmpty() && better) {
                    int from = hit.passage().start();
                    best =
                            new Reply(
                                    answer.text(),
                                    answer.score(),
                                    hit,
                                    from + answer.start(),
                                    from + answer.end(),
                                    passages.size());
                }
            }
            return best;
        }

        @Override
        public void close() {
            model.close();
        }
    }

    /** What a model writes behind the passages and the question. */
    final class Generative implements AnswerReader {

        private final TextGenerator generator;
        private final int maxNewTokens;

        Generative(TextGenerator generator, int maxNewTokens) {
            this.generator = generator;
            this.maxNewTokens = maxNewTokens;
        }

        @Override
        public Reply reply(String question, List<Hit> passages) throws IOException {
            int read = passages.size();
            while (read > 0 && !fits(prompt(question, passages.subList(0, read)))) {
                read--;
            }
            if (read == 0 && !passages.isEmpty()) {
                throw new IllegalStateException(
                        "not even one passage fits into the model's window beside the question:"
                                + " index smaller passages, or give another reader");
            }
            GenerationRequest request =
                    GenerationRequest.builder().optMaxNewTokens(maxNewTokens).build();
            String prompt = prompt(question, passages.subList(0, read));
            String text = read == 0 ? "" : generator.generate(prompt, request).text().strip();
            return new Reply(text, null, null, 0, 0, read);
        }

        private boolean fits(String prompt) {
            OptionalInt most =
                    generator.tokenizer().maxLength(generator.model().model().maxTokens());
            int written = generator.isEncoderDecoder() ? 0 : maxNewTokens;
            return most.isEmpty()
                    || generator.tokenizer().encode(prompt).length() + written <= most.getAsInt();
        }

        private static String prompt(String question, List<Hit> passages) {
            StringBuilder prompt = new StringBuilder("Answer the question from the passages.\n\n");
            for (int i = 0; i < passages.size(); i++) {
                String text = passages.get(i).passage().text();
                prompt.append('[').append(i + 1).append("] ").append(text).append("\n\n");
            }
            return prompt.append("Question: ").append(question).append("\nAnswer:").toString();
        }

        @Override
        public void close() {
            generator.close();
        }
    }
}

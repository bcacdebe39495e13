package org.attn4j.models.family.transformer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.attn4j.models.generate.BeamSearch;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.generate.Hypothesis;
import org.attn4j.models.generate.SequenceScorer;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class TransformerThreadsTest {

    private static final List<int[]> SOURCES =
            List.of(new int[] {3, 4, 2}, new int[] {5, 2}, new int[] {6, 7, 8, 9, 2});
    private static final GenerationConfig CONFIG =
            GenerationConfig.DEFAULTS.withBeams(2, 2).withMaxLength(6);

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = TestEngine.manager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void threadsThatShareAModelFindTheSame() throws Exception {
        TransformerModel model = TinyModels.model(TinyModels.config().build(), manager);
        List<List<Hypothesis>> expected = search(model);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<List<List<Hypothesis>>>> futures = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                futures.add(threads.submit(() -> search(model)));
            }
            for (Future<List<List<Hypothesis>>> future : futures) {
                assertEquals(expected, future.get());
            }
        } finally {
            threads.shutdown();
        }
    }

    /** Gradients are on in threads that did not load the engine; nobody may notice. */
    @Test
    void modelsPredictWhileAnotherIsTrained() throws Exception {
        TransformerConfig config = TinyModels.config().build();
        TransformerModel frozen = TinyModels.model(config, manager);
        TransformerModel trainable = TinyModels.model(config, manager);
        trainable.freezeParameters(false);
        List<List<Hypothesis>> expected = search(frozen);
        float[] quiet = gradients(trainable);
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Callable<Integer> predict =
                    () -> {
                        int searches = 0;
                        do {
                            assertEquals(expected, search(frozen));
                            assertEquals(expected, search(trainable));
                            searches++;
                        } while (!done.get());
                        return searches;
                    };
            List<Future<Integer>> futures =
                    List.of(threads.submit(predict), threads.submit(predict));
            for (int step = 0; step < 5; step++) {
                assertArrayEquals(quiet, gradients(trainable), 1e-5f);
            }
            done.set(true);
            for (Future<Integer> future : futures) {
                future.get();
            }
        } finally {
            done.set(true);
            threads.shutdown();
        }
    }

    /** Arrays that stay on a manager are never freed: the commonest leak of all. */
    @Test
    void searchingAndScoringLeaveNothingBehind() {
        TransformerModel model = TinyModels.model(TinyModels.config().build(), manager);
        search(model);
        int before = manager.getManagedArrays().size();
        for (int i = 0; i < 3; i++) {
            search(model);
            new SequenceScorer(CONFIG)
                    .score(model, manager, SOURCES, List.of(new int[] {4}, new int[0], new int[3]));
        }
        assertEquals(before, manager.getManagedArrays().size());
    }

    @Test
    void aTrainingPassLeavesNothingOnTheModelsManager() {
        TransformerModel model = TinyModels.model(TinyModels.config().build(), manager);
        model.freezeParameters(false);
        int before = manager.getManagedArrays().size();
        try (NDManager step = manager.newSubManager()) {
            NDArray source = TinyModels.ids(step, 2, 3, 4, 2, 5, 2, 0);
            NDArray input = TinyModels.ids(step, 2, 1, 5, 6, 1, 7, 8);
            model.forward(new ParameterStore(manager, false), new NDList(source, input), true);
        }
        assertEquals(before, manager.getManagedArrays().size());
    }

    private List<List<Hypothesis>> search(TransformerModel model) {
        return new BeamSearch(CONFIG).search(model, manager, SOURCES);
    }

    private float[] gradients(TransformerModel model) {
        for (Parameter parameter : model.getParameters().values()) {
            if (parameter.getArray().hasGradient()) {
                try (NDArray gradient = parameter.getArray().getGradient()) {
                    gradient.subi(gradient.duplicate());
                }
            }
        }
        try (NDManager step = manager.newSubManager()) {
            NDArray source = TinyModels.ids(step, 2, 3, 4, 2, 5, 2, 0);
            NDArray input = TinyModels.ids(step, 2, 1, 5, 6, 1, 7, 8);
            ParameterStore store = new ParameterStore(manager, false);
            try (GradientCollector collector =
                    Engine.getEngine(TestEngine.name()).newGradientCollector()) {
                collector.backward(
                        model.forward(store, new NDList(source, input), true)
                                .singletonOrThrow()
                                .square()
                                .sum());
            }
        }
        Parameter first = model.getParameters().valueAt(0);
        try (NDArray gradient = first.getArray().getGradient()) {
            return gradient.toFloatArray();
        }
    }
}

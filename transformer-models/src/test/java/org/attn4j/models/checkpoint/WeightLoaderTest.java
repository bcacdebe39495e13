package org.attn4j.models.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.util.PairList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("engine")
class WeightLoaderTest {

    private static final Shape INPUT = new Shape(1, 3);

    @TempDir private Path folder;

    private static String engine() {
        return System.getProperty("attn4j.engine", "PyTorch");
    }

    private static NDManager manager() {
        return NDManager.newBaseManager(engine());
    }

    /** Two layers under names of ours, the second used twice. */
    private static final class Pair extends AbstractBlock {

        private final Linear up = addChildBlock("up", Linear.builder().setUnits(4).build());
        private final Linear down = addChildBlock("down", Linear.builder().setUnits(4).build());
        private final Linear again = addChildBlock("again", down);

        @Override
        protected NDList forwardInternal(
                ParameterStore store,
                NDList inputs,
                boolean training,
                PairList<String, Object> params) {
            return again.forward(
                    store,
                    down.forward(store, up.forward(store, inputs, training), training),
                    training);
        }

        @Override
        public Shape[] getOutputShapes(Shape[] inputs) {
            return new Shape[] {new Shape(inputs[0].get(0), 4)};
        }

        @Override
        protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputs) {
            up.initialize(manager, type, inputs);
            down.initialize(manager, type, new Shape(1, 4));
        }
    }

    private static final WeightTable TABLE =
            WeightTable.builder()
                    .add("layers.0.kernel", "up.weight", TensorLayouts.transposed())
                    .add("layers.0.bias", "up.bias")
                    .add("layers.1.weight", "down.weight")
                    .add("layers.1.bias", "down.bias")
                    .add("layers.2.weight", "again.weight")
                    .add("layers.2.bias", "again.bias")
                    .alias("**.beta", "**.bias")
                    .alias("model.**", "**")
                    .ignore("**.mask")
                    .build();

    private static NDArray range(NDManager manager, int from, long... shape) {
        return manager.arange(from, from + (int) new Shape(shape).size(), 1, DataType.FLOAT32)
                .reshape(shape);
    }

    private Path file(Map<String, NDArray> tensors) throws IOException {
        Path file = folder.resolve("model.safetensors");
        SafetensorsWriter.write(file, tensors, Map.of());
        return file;
    }

    private static Map<String, NDArray> complete(NDManager manager) {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        tensors.put("layers.0.kernel", range(manager, 0, 3, 4));
        tensors.put("layers.0.bias", range(manager, 100, 4));
        tensors.put("layers.1.weight", range(manager, 200, 4, 4));
        tensors.put("layers.1.bias", range(manager, 300, 4));
        return tensors;
    }

    @Test
    void loadsIntoABlockThatIsNotInitialised() throws IOException {
        try (NDManager manager = manager();
                TensorSource source = TensorSource.open(file(complete(manager)))) {
            Pair block = new Pair();
            LoadReport report =
                    WeightLoader.load(block, manager, source, TABLE, Strictness.STRICT, INPUT);
            assertTrue(report.isExact(), report.message());
            assertEquals(4, report.loaded());
            assertTrue(block.isInitialized());
            assertArrayEquals(
                    new float[] {0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}, values(block, "up.weight"));
            assertArrayEquals(range(manager, 200, 16).toFloatArray(), values(block, "down.weight"));
            assertSame(
                    BlockParameters.of(block).find("down.weight"),
                    BlockParameters.of(block).find("again.weight"));
        }
    }

    @Test
    void loadsIntoTheArraysOfAnInitialisedBlock() throws IOException {
        try (NDManager manager = manager();
                TensorSource source = TensorSource.open(file(complete(manager)))) {
            Pair block = new Pair();
            block.initialize(manager, DataType.FLOAT32, INPUT);
            NDArray before = BlockParameters.of(block).find("up.weight").getArray();
            WeightLoader.load(block, manager, source, TABLE, Strictness.STRICT);
            assertSame(before, BlockParameters.of(block).find("up.weight").getArray());
            assertTrue(before.hasGradient());
            assertArrayEquals(
                    new float[] {0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}, values(block, "up.weight"));
            assertArrayEquals(range(manager, 300, 4).toFloatArray(), values(block, "down.bias"));
        }
    }

    private static float[] values(Pair block, String path) {
        return BlockParameters.of(block).find(path).getArray().toFloatArray();
    }

    @Test
    void readsOldNamesAndNamesOfTiedTensors() throws IOException {
        try (NDManager manager = manager()) {
            Map<String, NDArray> tensors = complete(manager);
            tensors.put("model.layers.0.beta", tensors.remove("layers.0.bias"));
            tensors.put("layers.2.weight", tensors.remove("layers.1.weight"));
            tensors.put("layers.2.bias", tensors.get("layers.1.bias"));
            tensors.put("layers.0.mask", range(manager, 0, 1));
            try (TensorSource source = TensorSource.open(file(tensors))) {
                Pair block = new Pair();
                LoadReport report =
                        WeightLoader.load(block, manager, source, TABLE, Strictness.STRICT, INPUT);
                assertTrue(report.isExact(), report.message());
                assertArrayEquals(range(manager, 100, 4).toFloatArray(), values(block, "up.bias"));
                assertArrayEquals(
                        range(manager, 200, 16).toFloatArray(), values(block, "again.weight"));
            }
        }
    }

    @Test
    void saysThatATiedTensorDiffers() throws IOException {
        try (NDManager manager = manager()) {
            Map<String, NDArray> tensors = complete(manager);
            tensors.put("layers.2.bias", range(manager, 0, 4));
            try (TensorSource source = TensorSource.open(file(tensors))) {
                LoadReport report =
                        WeightLoader.load(
                                new Pair(), manager, source, TABLE, Strictness.ALLOW_UNUSED, INPUT);
                assertEquals(List.of("layers.2.bias"), report.unused());
            }
        }
    }

    @Test
    void reportsMissingUnusedAndMisshapenTogetherAndLeavesTheBlockAlone() throws IOException {
        try (NDManager manager = manager()) {
            Map<String, NDArray> tensors = complete(manager);
            tensors.remove("layers.0.bias");
            tensors.put("layers.0.kernel", range(manager, 0, 4, 3));
            tensors.put("head.weight", range(manager, 0, 2));
            try (TensorSource source = TensorSource.open(file(tensors))) {
                Pair block = new Pair();
                WeightMismatchException refusal =
                        assertThrows(
                                WeightMismatchException.class,
                                () ->
                                        WeightLoader.load(
                                                block,
                                                manager,
                                                source,
                                                TABLE,
                                                Strictness.STRICT,
                                                INPUT));
                String message = refusal.getMessage();
                assertTrue(
                        message.contains(
                                "does not fit the model: 1 missing (layers.0.bias); 1 unused (head.weight); 1 misshapen"
                                        + " (layers.0.kernel has shape (4, 3) where the model has (3, 4))"),
                        message);
                assertEquals(List.of("layers.0.bias"), refusal.report().missing());
                assertFalse(block.isInitialized());
                BlockParameters.of(block)
                        .byPath()
                        .values()
                        .forEach(it -> assertFalse(it.isInitialized()));

                LoadReport report =
                        WeightLoader.load(
                                block, manager, source, TABLE, Strictness.LOAD_WHAT_FITS, INPUT);
                assertEquals(2, report.loaded());
                assertArrayEquals(new float[4], values(block, "up.bias"));
                assertArrayEquals(
                        range(manager, 300, 4).toFloatArray(), values(block, "down.bias"));

                Pair initialised = new Pair();
                initialised.initialize(manager, DataType.FLOAT32, INPUT);
                float[] before = values(initialised, "down.weight");
                assertThrows(
                        WeightMismatchException.class,
                        () ->
                                WeightLoader.load(
                                        initialised, manager, source, TABLE, Strictness.STRICT));
                assertArrayEquals(before, values(initialised, "down.weight"));
            }
        }
    }

    @Test
    void asksForInputShapesWhereTheyAreNeeded() throws IOException {
        try (NDManager manager = manager();
                TensorSource source = TensorSource.open(file(complete(manager)))) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> WeightLoader.load(new Pair(), manager, source, TABLE, Strictness.STRICT));
        }
    }

    @Test
    void savesEachParameterOnceUnderItsFirstName() throws IOException {
        try (NDManager manager = manager();
                TensorSource source = TensorSource.open(file(complete(manager)))) {
            Pair block = new Pair();
            WeightLoader.load(block, manager, source, TABLE, Strictness.STRICT, INPUT);
            Path directory = Files.createDirectory(folder.resolve("saved"));
            WeightLoader.save(block, TABLE, directory);
            try (TensorSource saved = TensorSource.open(directory)) {
                assertEquals(Set.copyOf(source.names()), Set.copyOf(saved.names()));
                assertEquals(Map.of("format", "pt"), saved.metadata());
                for (String name : saved.names()) {
                    assertEquals(source.info(name).shape(), saved.info(name).shape());
                    assertArrayEquals(
                            source.read(name, manager).toFloatArray(),
                            saved.read(name, manager).toFloatArray(),
                            name);
                }
            }
            IllegalArgumentException refusal =
                    assertThrows(
                            IllegalArgumentException.class,
                            () ->
                                    WeightLoader.contents(
                                            block,
                                            WeightTable.builder().add("a", "up.bias").build()));
            assertTrue(refusal.getMessage().contains("up.weight"), refusal.getMessage());
        }
    }

    @Test
    void aBiasThatAFileMayLackIsZeroAndSavedOnceItIsNot() throws IOException {
        WeightTable lenient = WeightTable.builder().addAll(TABLE).optional("layers.1.bias").build();
        try (NDManager manager = manager()) {
            Map<String, NDArray> tensors = complete(manager);
            tensors.remove("layers.1.bias");
            try (TensorSource source = TensorSource.open(file(tensors))) {
                Pair block = new Pair();
                LoadReport report =
                        WeightLoader.load(
                                block, manager, source, lenient, Strictness.STRICT, INPUT);
                assertArrayEquals(new float[4], values(block, "down.bias"));
                assertEquals(tensors.keySet(), saved(block, lenient, report));
                BlockParameters.of(block).find("down.bias").getArray().addi(1);
                assertTrue(saved(block, lenient, report).contains("layers.1.bias"));
            }
        }
    }

    @Test
    void aParameterReadFromAnothersTensorIsSavedOnceItDiffers() throws IOException {
        WeightTable shared =
                WeightTable.builder()
                        .add("layers.0.kernel", "up.weight", TensorLayouts.transposed())
                        .add("layers.0.bias", "up.bias")
                        .add("layers.1.weight", "down.weight")
                        .add("layers.1.bias", "down.bias")
                        .alias("layers.0.bias", "layers.1.bias")
                        .build();
        try (NDManager manager = manager()) {
            Map<String, NDArray> tensors = complete(manager);
            tensors.remove("layers.1.bias");
            try (TensorSource source = TensorSource.open(file(tensors))) {
                Pair block = new Pair();
                LoadReport report =
                        WeightLoader.load(block, manager, source, shared, Strictness.STRICT, INPUT);
                assertArrayEquals(values(block, "up.bias"), values(block, "down.bias"));
                assertEquals(tensors.keySet(), saved(block, shared, report));
                BlockParameters.of(block).find("down.bias").getArray().addi(1);
                assertTrue(saved(block, shared, report).contains("layers.1.bias"));
            }
        }
    }

    private static Set<String> saved(Pair block, WeightTable table, LoadReport report) {
        return WeightLoader.contents(block, table, report.stored()).stream()
                .map(TensorContent::name)
                .collect(Collectors.toSet());
    }

    @Test
    void countsTiedParametersOnce() {
        try (NDManager manager = manager()) {
            Pair block = new Pair();
            block.initialize(manager, DataType.FLOAT32, INPUT);
            assertEquals(3 * 4 + 4 + 4 * 4 + 4, BlockParameters.of(block).count());
            assertEquals(
                    List.of("up.weight", "up.bias", "down.weight", "down.bias"),
                    List.copyOf(BlockParameters.of(block).byPath().keySet()));
        }
    }

    @Test
    void namesTheChildrenOfASequenceByNumberWhereTheyShareAName() {
        SequentialBlock block =
                new SequentialBlock()
                        .add(Linear.builder().setUnits(2).build())
                        .add(Activation.reluBlock())
                        .add(Linear.builder().setUnits(2).build());
        assertEquals(
                List.of("01Linear.weight", "01Linear.bias", "03Linear.weight", "03Linear.bias"),
                List.copyOf(BlockParameters.of(block).byPath().keySet()));
    }

    /**
     * Loaded weights must be what a trainer trains: one step of plain descent moves them as worked
     * by hand.
     */
    @Test
    void trainsWhatItLoaded() throws IOException {
        try (Model model = Model.newInstance("linear", engine())) {
            NDManager manager = model.getNDManager();
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            tensors.put("weight", manager.create(new float[] {1, 2}, new Shape(1, 2)));
            tensors.put("bias", manager.create(new float[] {0.5f}));
            Linear block = Linear.builder().setUnits(1).build();
            try (TensorSource source = TensorSource.open(file(tensors))) {
                WeightLoader.load(
                        block,
                        manager,
                        source,
                        WeightTable.identity(),
                        Strictness.STRICT,
                        new Shape(1, 2));
            }
            model.setBlock(block);
            Optimizer descent = Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.1f)).build();
            try (Trainer trainer =
                    model.newTrainer(
                            new DefaultTrainingConfig(Loss.l2Loss()).optOptimizer(descent))) {
                trainer.initialize(new Shape(1, 2));
                try (GradientCollector collector = trainer.newGradientCollector()) {
                    NDList x = new NDList(manager.create(new float[] {1, 1}, new Shape(1, 2)));
                    // y = 1 + 2 + 0.5 = 3.5; half the square of it; d/dw = 3.5
                    NDArray loss = trainer.forward(x).singletonOrThrow().square().mul(0.5f).sum();
                    collector.backward(loss);
                }
                trainer.step();
            }
            Parameter weight = block.getDirectParameters().get("weight");
            assertArrayEquals(new float[] {0.65f, 1.65f}, weight.getArray().toFloatArray(), 1e-6f);
        }
    }
}

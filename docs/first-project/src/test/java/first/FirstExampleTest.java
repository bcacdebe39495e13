package first;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import org.attn4j.attention.Attention;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.testkit.AttentionContractTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class FirstExampleTest {

    private static final String ENGINE = "PyTorch";

    @Test
    void theFirstExampleOfTheReadme() {
        SequentialBlock block =
                new SequentialBlock()
                        .add(MultiHeadAttention.builder().setModelSize(64).setHeads(4).build())
                        .add(Linear.builder().setUnits(2).build());
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), ENGINE)) {
            NDArray x = manager.randomNormal(new Shape(8, 10, 64)); // batch, length, model size
            block.initialize(manager, DataType.FLOAT32, x.getShape());
            ParameterStore parameters = new ParameterStore(manager, false);
            NDArray y = block.forward(parameters, new NDList(x), false).singletonOrThrow();
            assertEquals(new Shape(8, 10, 2), y.getShape());
        }
    }

    /** The contract that every mechanism keeps; one of your own goes in here. */
    @Nested
    class Contract extends AttentionContractTest {

        @Override
        protected Attention mechanism() {
            return MultiHeadAttention.builder().setModelSize(modelSize()).setHeads(2).build();
        }
    }
}

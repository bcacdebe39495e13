package org.attn4j.models.layer;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.attn4j.attention.ops.Scalars;

/** An elementwise activation function, named as in Hugging Face configurations. */
public enum Activation {
    /** {@code max(x, 0)}. */
    RELU("relu", x -> x.getNDArrayInternal().relu()),
    /** The exact GELU, {@code x Φ(x)} (Hendrycks and Gimpel 2016). */
    GELU("gelu", x -> x.getNDArrayInternal().gelu()),
    /** GELU by the tanh approximation, as in GPT-2 and ALBERT. */
    GELU_NEW("gelu_new", Activation::geluTanh),
    /** GELU as {@code x σ(1.702 x)}, as in CLIP. */
    QUICK_GELU("quick_gelu", x -> x.mul(sigmoid(Scalars.multiply(x, 1.702)))),
    /** {@code x σ(x)} (Ramachandran et al. 2017), also called swish. */
    SILU("silu", x -> x.mul(sigmoid(x))),
    /** {@code x tanh(log(1 + exp(x)))} (Misra 2019). */
    MISH("mish", x -> x.mul(x.getNDArrayInternal().softPlus().tanh())),
    /** {@code max(x, 0)²} (So et al. 2021). */
    RELU2("relu2", x -> x.getNDArrayInternal().relu().square()),
    /** {@code max(x, 0)}, at most 6. */
    RELU6("relu6", x -> Scalars.minimum(x.getNDArrayInternal().relu(), 6)),
    /** {@code x} above 0, {@code 0.01 x} below. */
    LEAKY_RELU("leaky_relu", x -> x.getNDArrayInternal().leakyRelu(0.01f)),
    /** The exact GELU, at most 10. */
    GELU_10("gelu_10", x -> Scalars.minimum(x.getNDArrayInternal().gelu(), 10)),
    /** {@code x · min(max(x + 3, 0), 6) / 6} (Howard et al. 2019). */
    HARDSWISH(
            "hardswish",
            x ->
                    Scalars.divide(
                            x.mul(
                                    Scalars.minimum(
                                            Scalars.add(x, 3).getNDArrayInternal().relu(), 6)),
                            6)),
    /** {@code 1 / (1 + exp(-x))}. */
    SIGMOID("sigmoid", Activation::sigmoid),
    /** The hyperbolic tangent. */
    TANH("tanh", NDArray::tanh),
    /** {@code x} itself. */
    LINEAR("linear", x -> x);

    private static final double SQRT_TWO_OVER_PI = Math.sqrt(2 / Math.PI);

    private final String configName;
    private final UnaryOperator<NDArray> function;

    Activation(String configName, UnaryOperator<NDArray> function) {
        this.configName = configName;
        this.function = function;
    }

    /**
     * Finds an activation by the name that configurations use.
     *
     * @param name {@code relu}, {@code gelu}, {@code gelu_new} (also {@code gelu_pytorch_tanh} and
     *     {@code gelu_fast}), {@code silu} (also {@code swish}), {@code tanh} and so on
     * @return the activation
     * @throws IllegalArgumentException if there is none of that name
     */
    public static Activation of(String name) {
        String wanted =
                switch (name.toLowerCase(Locale.ROOT)) {
                    case "gelu_pytorch_tanh",
                            "gelu_python_tanh",
                            "gelu_fast",
                            "gelu_tanh",
                            "gelu_accurate" ->
                            "gelu_new";
                    case "gelu_python" -> "gelu";
                    case "swish" -> "silu";
                    default -> name.toLowerCase(Locale.ROOT);
                };
        return Arrays.stream(values())
                .filter(activation -> activation.configName.equals(wanted))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(unknown(name)));
    }

    /**
     * Returns the name that configurations use.
     *
     * @return the name, such as {@code gelu_new}
     */
    public String configName() {
        return configName;
    }

    /**
     * Applies the function to each element.
     *
     * @param x an array of any shape
     * @return an array of the same shape
     */
    public NDArray apply(NDArray x) {
        return function.apply(x);
    }

    private static NDArray geluTanh(NDArray x) {
        NDArray cubic = Scalars.multiply(x.square().mul(x), 0.044715);
        NDArray inner = Scalars.multiply(cubic.add(x), SQRT_TWO_OVER_PI);
        return Scalars.multiply(Scalars.add(inner.tanh(), 1).mul(x), 0.5);
    }

    private static NDArray sigmoid(NDArray x) {
        return x.getNDArrayInternal().sigmoid();
    }

    private static String unknown(String name) {
        String known =
                Arrays.stream(values())
                        .map(Activation::configName)
                        .collect(Collectors.joining(", "));
        return "activation must be one of " + known + ", got " + name;
    }
}

package org.attn4j.cli;

import org.attn4j.models.model.Pretrained;
import picocli.CommandLine.Option;

/** Whether published models load whose settings are not all known. */
final class UnknownSettingsOption {

    @Option(
            names = "--allow-unknown-settings",
            description =
                    "Goes on, at your own risk, where config.json or generation_config.json has settings"
                            + " that are not known here. A warning names them.")
    private boolean allowed;

    boolean isAllowed() {
        return allowed;
    }

    /** How a model is loaded. */
    Pretrained.Loader loader() {
        return Pretrained.loader().optAllowUnknownSettings(allowed);
    }
}

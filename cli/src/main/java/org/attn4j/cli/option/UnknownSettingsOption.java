package org.attn4j.cli.option;

import org.attn4j.models.model.Pretrained;
import picocli.CommandLine.Option;

/** Whether published models load whose settings are not all known. */
public final class UnknownSettingsOption {

    @Option(
            names = "--allow-unknown-settings",
            description =
                    "Goes on, at your own risk, where config.json or generation_config.json has settings"
                            + " that are not known here. A warning names them.")
    private boolean allowed;

    public boolean isAllowed() {
        return allowed;
    }

    /** How a model is loaded. */
    public Pretrained.Loader loader() {
        return Pretrained.loader().optAllowUnknownSettings(allowed);
    }
}

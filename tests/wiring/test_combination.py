from kalshi_desk.settings import load_settings
from kalshi_desk.wiring.combination import combine_params


def test_the_settings_are_those_of_the_combination(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    settings = load_settings(gpt_weight=0.7, claude_weight=0.3, blend_prior=0.4, min_resolutions=60)
    params = combine_params(settings)
    assert params.vendor_weights == {"gpt": 0.7, "claude": 0.3}
    assert (params.blend_prior, params.min_resolutions) == (0.4, 60)

import numpy as np
import pytest

from gatecast.train.model import LARGEST_BLOCK, SMALLEST_BLOCK, in_blocks


@pytest.mark.parametrize("rows", [1, 63, 64, 65, 1000, LARGEST_BLOCK, LARGEST_BLOCK + 1, 3 * LARGEST_BLOCK + 5])
def test_every_row_comes_out_in_its_place(rows):
    inputs = {"a": np.arange(2 * rows).reshape(rows, 2), "b": np.arange(rows, dtype=np.float32)}
    sizes = set()

    def apply(block):
        sizes.add(len(block["b"]))
        return (block["a"].sum(axis=1) + block["b"])[:, None]

    out = in_blocks(apply, inputs)
    np.testing.assert_array_equal(out, (inputs["a"].sum(axis=1) + inputs["b"])[:, None])
    assert len(sizes) == 1
    assert sizes <= {SMALLEST_BLOCK * 2**i for i in range(7)}
    assert max(sizes) <= LARGEST_BLOCK

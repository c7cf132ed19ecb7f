"""Copies of rows, their adjoints, and the matrices of convolutions."""

import pytest
import torch
import torch.nn.functional as F
from torch.testing import assert_close

from lipgan.engine.patches import AddRows, CopyRows, RowMap, patches_of

# Three rows: 0 is read twice, 1 once, 2 never; 3 reads zeros.
INDEX = torch.tensor([0, 3, 1, 0])


@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize(("function", "rows"), [(CopyRows, 3), (AddRows, 4)])
def test_rows_have_right_derivatives(function, rows, batch):
    x = torch.randn(2, rows, batch, dtype=torch.float64, requires_grad=True)
    row_map = RowMap(INDEX, 3)

    def smooth(x):
        return function.apply(x.sin(), row_map)

    assert torch.autograd.gradcheck(smooth, (x,))
    assert torch.autograd.gradgradcheck(smooth, (x,))


def test_derivative_check_notices_a_wrong_adjoint():
    x = torch.randn(2, 3, 2, dtype=torch.float64, requires_grad=True)
    row_map = RowMap(INDEX, 3)
    row_map.undo = row_map.undo.flip(0)
    with pytest.raises(RuntimeError, match="[Jj]acobian mismatch"):
        torch.autograd.gradcheck(lambda x: CopyRows.apply(x, row_map), (x,))


@pytest.mark.parametrize("batch", [1, 2])
def test_copy_and_add_by_hand(batch):
    x = torch.tensor([5.0, 6.0, 7.0])[None, :, None].expand(1, 3, batch)
    row_map = RowMap(INDEX, 3)
    copied = torch.tensor([5.0, 0.0, 6.0, 5.0])[None, :, None].expand(1, 4, batch)
    assert_close(row_map.copy(x), copied)
    added = torch.tensor([10.0, 6.0, 0.0])[None, :, None].expand(1, 3, batch)
    assert_close(row_map.add(copied), added)


@pytest.mark.parametrize(
    ("kernel", "stride", "padding", "shape"),
    [
        (4, 2, 1, (3, 4, 4)),
        (3, 1, 1, (2, 5, 3)),
        (4, 2, 1, (1, 8, 8)),
        (2, 1, 0, (3, 2, 2)),
    ],
)
def test_dense_matrix_is_the_convolution_and_its_transpose(
    kernel, stride, padding, shape
):
    outputs = 5
    weight = torch.randn(outputs, shape[0], kernel, kernel, dtype=torch.float64)
    x = torch.randn(2, *shape, dtype=torch.float64)
    expected = F.conv2d(x, weight, stride=stride, padding=padding)
    patches = patches_of(kernel, stride, padding, shape, "cpu")
    column = weight.flatten()[None, :, None]
    matrix = patches.dense(outputs, False).copy(column).view(-1, x[0].numel())
    assert_close(x.flatten(1) @ matrix.T, expected.flatten(1))
    transposed = patches.dense(outputs, True).copy(column).view(x[0].numel(), -1)
    assert_close(transposed, matrix.T)


def test_a_patch_as_large_as_the_image_needs_no_copy():
    assert patches_of(4, 1, 0, (3, 4, 4), "cpu").rows is None
    assert patches_of(4, 2, 1, (3, 4, 4), "cpu").rows is not None

// How routes answer.
export const reply = (res, value) => {
  res.statusCode = 200;
  res.end(JSON.stringify(value));
};
